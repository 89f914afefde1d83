import type { RegisteredFunction } from '../core-types.ts';
import type { Log } from '../log.ts';
import { compileRouteTemplate, pathSegments, type RouteTemplate } from './route-template.ts';

/** An HTTP function with its route. */
export interface HttpRoute {
  readonly function: RegisteredFunction;
  /** Name of the trigger's binding. */
  readonly bindingName: string;
  readonly authLevel: string;
  /** Upper case; empty: every method. */
  readonly methods: readonly string[];
  /** With the route prefix of host.json. */
  readonly template: RouteTemplate;
}

export interface RouteMatch {
  readonly route: HttpRoute;
  readonly params: Record<string, string>;
}

/**
 * The routes of an app. Which of two matching functions answers: the one whose **name** comes first in the alphabet, as in Azure
 * (https://github.com/Azure/azure-functions-host/issues/9876), not the one with the more specific route.
 */
export interface RouteTable {
  readonly routes: readonly HttpRoute[];
  /** Functions that the host refuses to serve, with the reason. */
  readonly refused: readonly { name: string; reason: string }[];
  /** `undefined` when no route has this path and method: the host answers 404 in both cases, never 405. */
  find(method: string, pathname: string): RouteMatch | undefined;
}

export function createRouteTable(functions: Iterable<RegisteredFunction>, routePrefix: string): RouteTable {
  const routes: HttpRoute[] = [];
  const refused: { name: string; reason: string }[] = [];
  for (const registered of [...functions].sort(byName)) {
    const { name } = registered.metadata;
    try {
      const route = toRoute(registered, routePrefix);
      if (!route) continue;
      refuseConflict(route, routes);
      routes.push(route);
    } catch (error) {
      refused.push({ name, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  return { routes, refused, find: (method, pathname) => find(routes, method.toUpperCase(), pathSegments(pathname)) };
}

function find(routes: readonly HttpRoute[], method: string, segments: readonly string[]): RouteMatch | undefined {
  for (const route of routes) {
    if (route.methods.length > 0 && !route.methods.includes(method)) continue;
    const params = route.template.match(segments);
    if (params) return { route, params };
  }
  return undefined;
}

function byName(a: RegisteredFunction, b: RegisteredFunction): number {
  const [first, second] = [a.metadata.name.toUpperCase(), b.metadata.name.toUpperCase()];
  return first < second ? -1 : Number(first > second);
}

function toRoute(registered: RegisteredFunction, routePrefix: string): HttpRoute | undefined {
  const { name, bindings } = registered.metadata;
  const trigger = Object.entries(bindings).find(([, binding]) => binding.type.toLowerCase() === 'httptrigger');
  if (!trigger) return undefined;
  const [bindingName, binding] = trigger;
  const route = typeof binding['route'] === 'string' && binding['route'].trim() !== '' ? binding['route'] : name;
  if (/^\/*(admin|runtime)/i.test(route))
    throw new Error('The specified route conflicts with one or more built in routes.');
  return {
    function: registered,
    bindingName,
    authLevel: typeof binding['authLevel'] === 'string' ? binding['authLevel'].toLowerCase() : 'function',
    methods: Array.isArray(binding['methods']) ? binding['methods'].map((method) => String(method).toUpperCase()) : [],
    template: compileRouteTemplate(routePrefix === '' ? route : `${routePrefix}/${route.replace(/^\/+/, '')}`),
  };
}

/** Two functions may share a route only when their methods differ. */
function refuseConflict(route: HttpRoute, others: readonly HttpRoute[]): void {
  const same = (a: string, b: string) =>
    a.toLowerCase().replace(/^\/+|\/+$/g, '') === b.toLowerCase().replace(/^\/+|\/+$/g, '');
  const meets = (other: HttpRoute) =>
    route.methods.length === 0 ||
    other.methods.length === 0 ||
    route.methods.some((method) => other.methods.includes(method));
  const conflict = others.find((other) => same(other.template.text, route.template.text) && meets(other));
  if (conflict) {
    throw new Error(
      `The route specified conflicts with the route defined by function '${conflict.function.metadata.name}'.`,
    );
  }
}

/** Says at start-up which URLs there are, and which functions are left out. */
export function reportRoutes({ routes, refused }: RouteTable, log: Log): void {
  for (const { function: registered, methods, template } of routes) {
    log.information(`${methods.join(',') || 'any method'} /${template.text}`, {
      functionName: registered.metadata.name,
    });
  }
  for (const { name, reason } of refused) log.error(`The function is in error: ${reason}`, { functionName: name });
}
