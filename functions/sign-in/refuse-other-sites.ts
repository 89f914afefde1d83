import { AppError } from '../errors.ts';

interface Asking {
  readonly method: string;
  readonly url: string;
  readonly headers: { get(name: string): string | null };
}

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * A page of another site must not act for the user who is signed in here: the cookie of App Service Authentication goes along with its
 * requests. Browsers say where a request comes from (Fetch Metadata, w3.org/TR/fetch-metadata), older ones at least in `Origin`; other
 * clients send neither, and no cookie by themselves.
 * @param allowedOrigins whose pages may
 * @throws AppError `forbidden`
 */
export function refuseOtherSites(request: Asking, allowedOrigins: readonly string[]): void {
  if (safeMethods.has(request.method)) return;
  const origin = request.headers.get('origin');
  if (origin !== null && allowedOrigins.includes(origin)) return;
  if (!comesFromOtherSite(request, origin)) return;
  throw new AppError('forbidden', 'A page of another site cannot do this. Open the web app itself.');
}

function comesFromOtherSite({ url, headers }: Asking, origin: string | null): boolean {
  const site = headers.get('sec-fetch-site');
  if (site === 'same-origin' || site === 'none') return false;
  // `same-site` may be a neighbour, such as another app under the same domain, that is not trusted for that.
  if (site === 'cross-site' || origin === null) return site !== null;
  // Behind a proxy the request has another host than the browser asked for.
  const hosts = [hostOf(url), hostOf(`http://${headers.get('x-forwarded-host') ?? headers.get('host') ?? ''}`)];
  return !hosts.includes(hostOf(origin));
}

/** Without the port; an origin that says nothing, `null`, is its own. */
function hostOf(url: string): string {
  return URL.parse(url)?.hostname ?? url;
}
