import { refuseOtherSites } from './refuse-other-sites.ts';

const ours = 'https://app.example.com';
const ask = (headers: Record<string, string>, method = 'POST', allowed: string[] = []) =>
  refuseOtherSites({ method, url: `${ours}/api/tasks`, headers: new Headers(headers) }, allowed);

it.each([
  ['a page of another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
  ['such a page without an origin', { 'sec-fetch-site': 'cross-site' }],
  ['a neighbour under the same domain', { 'sec-fetch-site': 'same-site', origin: 'https://blog.example.com' }],
  ['a neighbour that does not say which', { 'sec-fetch-site': 'same-site' }],
  ['an old browser on another site', { origin: 'https://evil.example' }],
  ['a page in a sandbox', { origin: 'null' }],
  ['another site with our name in its own', { origin: 'https://app.example.com.evil.example' }],
])('refuses %s', (_who, headers) => {
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) expect(() => ask(headers, method)).toThrow(/another site/);
});

it.each([
  ['the web app itself', { 'sec-fetch-site': 'same-origin', origin: ours }],
  ['an address typed by hand', { 'sec-fetch-site': 'none' }],
  ['an old browser on our own page', { origin: ours }],
  ['our page on another port, behind a proxy', { origin: 'http://localhost:4200', host: 'localhost:4200' }],
  ['our page on another port', { 'sec-fetch-site': 'same-site', origin: 'https://app.example.com:4200' }],
  ['our page behind a gateway', { origin: 'https://front.example', 'x-forwarded-host': 'front.example' }],
  ['a program', {}],
])('lets %s do it', (_who, headers: Record<string, string>) => {
  expect(() => ask(headers)).not.toThrow();
});

it('lets pages of listed origins do it, and anybody read', () => {
  const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://portal.example.com' };
  expect(() => ask(headers, 'POST', ['https://portal.example.com'])).not.toThrow();
  expect(() => ask(headers, 'POST', ['https://portal.example'])).toThrow(/another site/);
  expect(() => ask(headers, 'GET')).not.toThrow();
});
