import { constraintTest } from './route-constraints.ts';

/** A compiled ASP.NET Core route template. */
export interface RouteTemplate {
  readonly text: string;
  /** Values of the route's parameters (optional ones left out are absent), or `undefined` when the path does not match. */
  match(segments: readonly string[]): Record<string, string> | undefined;
}

interface Parameter {
  readonly name: string;
  readonly optional: boolean;
  readonly defaultValue: string | undefined;
  readonly catchAll: boolean;
  readonly accepts: (value: string) => boolean;
}

type Segment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'parameter'; readonly parameter: Parameter }
  | { readonly kind: 'mixed'; readonly pattern: RegExp; readonly parameters: readonly Parameter[] };

/**
 * Compiles `orders/{id:int}/{*rest}` and the like. Literals ignore case; a trailing slash does not matter.
 * Source: https://learn.microsoft.com/aspnet/core/fundamentals/routing#route-templates
 *
 * @throws when the template is malformed or names an unknown constraint.
 */
export function compileRouteTemplate(text: string): RouteTemplate {
  const segments = splitTemplate(text).map((segment) => compileSegment(segment, text));
  return { text, match: (path) => matchSegments(segments, path) };
}

/**
 * The decoded segments of a URL's path, without leading and trailing slash. As with Kestrel, an encoded slash (`%2F`) stays encoded,
 * and so does what is malformed.
 */
export function pathSegments(pathname: string): string[] {
  const trimmed = pathname.replace(/^\//, '').replace(/\/$/, '');
  return trimmed === '' ? [] : trimmed.split('/').map(decodeSegment);
}

function decodeSegment(segment: string): string {
  return segment.replace(/(?:%(?!2f)[0-9a-f]{2})+/gi, (encoded) => {
    try {
      return decodeURIComponent(encoded);
    } catch {
      return encoded;
    }
  });
}

/** Splits at slashes outside braces: a regular expression constraint may contain one. */
function splitTemplate(text: string): string[] {
  const segments: string[] = [];
  let depth = 0;
  let current = '';
  for (const character of text.replace(/^\/+|\/+$/g, '')) {
    if (character === '{') depth += 1;
    if (character === '}') depth -= 1;
    if (character === '/' && depth === 0) {
      segments.push(current);
      current = '';
    } else current += character;
  }
  if (depth !== 0) throw new Error(`The route "${text}" has an unmatched brace`);
  return current === '' && segments.length === 0 ? [] : [...segments, current];
}

function compileSegment(segment: string, template: string): Segment {
  if (!segment.includes('{')) return { kind: 'literal', text: segment.toLowerCase() };
  const pieces = splitPieces(segment);
  const [only] = pieces;
  if (pieces.length === 1 && only) return { kind: 'parameter', parameter: parseParameter(only.text, template) };
  const parameters = pieces.filter((piece) => piece.isParameter).map((piece) => parseParameter(piece.text, template));
  const source = pieces.map((piece) => (piece.isParameter ? '(.+)' : escapeRegExp(piece.text))).join('');
  return { kind: 'mixed', pattern: new RegExp(`^${source}$`, 'i'), parameters };
}

function splitPieces(segment: string): { isParameter: boolean; text: string }[] {
  const pieces: { isParameter: boolean; text: string }[] = [];
  let rest = segment;
  while (rest !== '') {
    const start = rest.indexOf('{');
    if (start !== 0) {
      pieces.push({ isParameter: false, text: start === -1 ? rest : rest.slice(0, start) });
      rest = start === -1 ? '' : rest.slice(start);
    } else {
      const end = closingBrace(rest);
      pieces.push({ isParameter: true, text: rest.slice(1, end) });
      rest = rest.slice(end + 1);
    }
  }
  return pieces;
}

/** Braces inside a parameter are doubled (`{{`, `}}`), so they balance. */
function closingBrace(text: string): number {
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    if (text[index] === '{') depth += 1;
    if (text[index] === '}') depth -= 1;
    if (depth === 0) return index;
  }
  return text.length;
}

const parameterPattern = /^(\*{0,2})([A-Za-z_][\w-]*)((?::[^:=?(]+(?:\(.*\))?)*)(\?)?(?:=(.*))?$/;

function parseParameter(text: string, template: string): Parameter {
  const parts = parameterPattern.exec(text);
  if (!parts) throw new Error(`The route "${template}" has a malformed parameter "{${text}}"`);
  const [, stars = '', name = '', constraints = '', optional, defaultValue] = parts;
  const tests = splitConstraints(constraints).map((constraint) => constraintTest(constraint, template));
  return {
    name,
    catchAll: stars !== '',
    optional: optional !== undefined,
    defaultValue,
    accepts: (value) => tests.every((test) => test(value)),
  };
}

function splitConstraints(text: string): string[] {
  return text.match(/:[^:(]+(?:\((?:[^()]|\([^()]*\))*\))?/g)?.map((constraint) => constraint.slice(1)) ?? [];
}

function matchSegments(template: readonly Segment[], path: readonly string[]): Record<string, string> | undefined {
  const values: Record<string, string> = {};
  for (const [index, segment] of template.entries()) {
    if (segment.kind === 'parameter' && segment.parameter.catchAll) {
      return bind(values, segment.parameter, path.slice(index).join('/')) ? values : undefined;
    }
    if (!matchSegment(segment, path[index], values)) return undefined;
  }
  return path.length > template.length ? undefined : values;
}

function matchSegment(segment: Segment, value: string | undefined, values: Record<string, string>): boolean {
  if (segment.kind === 'literal') return value?.toLowerCase() === segment.text;
  if (segment.kind === 'parameter') return bind(values, segment.parameter, value ?? '');
  const found = segment.pattern.exec(value ?? '');
  return (
    found !== null && segment.parameters.every((parameter, index) => bind(values, parameter, found[index + 1] ?? ''))
  );
}

function bind(values: Record<string, string>, parameter: Parameter, given: string): boolean {
  const value = given === '' ? parameter.defaultValue : given;
  if (value === undefined) return parameter.optional || parameter.catchAll;
  values[parameter.name] = value;
  return parameter.accepts(value);
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
