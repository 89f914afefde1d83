import { readableText } from './readable-text.ts';

/** What `@azure/functions` makes of it (src/converters/fromRpcTypedData.ts). */
function asTheLibraryReads({ string, json }: { string?: string | null; json?: string | null }): unknown {
  if (typeof string !== 'string') return JSON.parse(json ?? '');
  try {
    return JSON.parse(string);
  } catch {
    return string;
  }
}

it.each([
  '', ' ', 'hello', '01a1fce2-dffc-7209-b5eb-176c2505b858', '12345678-1234-7123-8123-123456789012', '2026-11-21T06:30:00Z',
  '123', ' -1.5e3\n', '1e', '--1', '007', 'true', ' null ', 'nullable', '"quoted"', '"half', '{"a":1}', '\t[1, 2]', '[1', '{not json}', 'grüß\u2028',
])('hands over %j as it arrives in Azure', (text) => {
  expect(asTheLibraryReads(readableText(text))).toEqual(asTheLibraryReads({ string: text }));
}); // prettier-ignore

it('does not let the library fail on what cannot be JSON', () => {
  for (const text of ['hello', '01a1fce2-dffc-7209-b5eb-176c2505b858', '2026-11-21T06:30:00Z'])
    expect(readableText(text)).toEqual({ json: `"${text}"` });
});
