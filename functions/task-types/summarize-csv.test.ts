import { PermanentError, type TaskContext } from './define-task-type.ts';
import { type CsvSummary, summarizeCsv } from './summarize-csv.ts';

function contextOf(signal = new AbortController().signal) {
  const reports: [number, string | undefined][] = [];
  const context: TaskContext = {
    taskId: 'id',
    owner: 'ada',
    submittedAt: 0,
    attempt: 1,
    maxAttempts: 7,
    signal,
    progress: (percent, message) => void reports.push([percent, message]),
    log: () => undefined,
    step: (_name, run) => run(),
  };
  return { context, reports };
}

async function summarize(csv: string): Promise<CsvSummary> {
  return (await summarizeCsv.run(contextOf().context, { csv })) as CsvSummary;
}

async function faultOf(csv: string): Promise<PermanentError> {
  return summarize(csv).then(
    () => Promise.reject(new Error('It should have failed.')),
    (error: unknown) => error as PermanentError,
  );
}

it('summarises numbers, dates, texts, booleans and gaps', async () => {
  const csv =
    'city,people,rate,founded,capital\nBerlin,3677472,1.5,1237-10-28,yes\nParis,2102650,,,YES\nOslo,709037,-2e1,1048-01-01,no\n';
  expect(await summarize(csv)).toEqual({
    rows: 3,
    columns: [
      { name: 'city', type: 'text', missing: 0, distinct: 3, min: null, max: null, mean: null },
      { name: 'people', type: 'integer', missing: 0, distinct: 3, min: 709037, max: 3677472, mean: 2163053 },
      { name: 'rate', type: 'number', missing: 1, distinct: 2, min: -20, max: 1.5, mean: -9.25 },
      { name: 'founded', type: 'date', missing: 1, distinct: 2, min: '1048-01-01', max: '1237-10-28', mean: null },
      { name: 'capital', type: 'boolean', missing: 0, distinct: 3, min: null, max: null, mean: null },
    ],
  });
});

it.each([
  ['semicolons', 'a;b\n1;2\n'],
  ['tabs', 'a\tb\n1\t2\n'],
  ['bars', 'a|b\n1|2\n'],
  ['Windows line ends and a byte order mark', '\uFEFFa,b\r\n1,2\r\n'],
  ['old Mac line ends', 'a,b\r1,2\r'],
  ['blank lines around', '\n \na,b\n\n   \n1,2\n\n'],
  ['line ends of several systems', 'a,b\n"1","2"\r\n'],
  ['spaces around fields and quotes', ' a , "b"\n 1, "2" \n'],
  ['a last line without its end', 'a,b\n1,2'],
])('reads %s', async (_, csv) => {
  const { rows, columns } = await summarize(csv);
  expect(rows).toBe(1);
  expect(columns.map(({ name, mean }) => [name, mean])).toEqual([['a', 1], ['b', 2]]); // prettier-ignore
});

it('reads quoted fields with delimiters, quotes and line breaks in them', async () => {
  const { rows, columns } = await summarize('"a, b",c\n"say ""hi""",1\n"two\nlines",2\n');
  expect(rows).toBe(2);
  expect(columns).toMatchObject([{ name: 'a, b', distinct: 2 }, { name: 'c', mean: 1.5 }]); // prettier-ignore
});

it.each([
  ['NA', 1], ['n/a', 1], ['NULL', 1], ['NaN', 1], ['', 1], ['   ', 1], ['-', 0], ['none', 0],
])('counts "%s" as missing: %i', async (mark, missing) => {
  const { columns } = await summarize(`a,b\n1,${mark}\n`);
  expect(columns[1]).toMatchObject({ missing });
}); // prettier-ignore

it('takes leading zeros for identifiers, and digits beyond 2^53 for numbers that are no exact integers', async () => {
  const { columns } = await summarize('zip,account\n01067,12345678901234567890\n10115,1\n');
  expect(columns).toMatchObject([{ type: 'text' }, { type: 'number', max: 12345678901234567890, min: 1 }]);
});

it('orders dates by time, in any zone, and knows the calendar', async () => {
  const { columns } = await summarize(
    't,d,e\n2026-01-01T00:00:00+05:00,2024-02-29,2023-02-29\n2025-12-31T23:00:00Z,2024-03-01,2024-02-29\n2026-01-01,,\n',
  );
  expect(columns).toMatchObject([
    { type: 'date', min: '2026-01-01T00:00:00+05:00', max: '2026-01-01' },
    { type: 'date', min: '2024-02-29', max: '2024-03-01' },
    { type: 'text' },
  ]);
});

it('keeps the mean of huge numbers', async () => {
  const { columns } = await summarize('a\n1e308\n-1e308\n1e308\n');
  expect(columns[0]!.mean).toBeCloseTo(3.33e307, -306);
});

it('says "empty" of a column without values, and gives names to nameless ones', async () => {
  const { columns } = await summarize('a,,c\n1,,3\n');
  expect(columns).toMatchObject([{ name: 'a' }, { name: 'Column 2', type: 'empty', missing: 1 }, { name: 'c' }]);
});

it('accepts a header without rows', async () => {
  expect(await summarize('a,b\n')).toMatchObject({ rows: 0, columns: [{ type: 'empty' }, { type: 'empty' }] });
});

it.each([
  ['too many fields', 'a,b\n1,2\n3,4,5\n', /^Line 3 has 3 fields where the header has 2/],
  ['too few fields', 'a,b\n1,2\n\n3\n', /^Line 4 has 1 field where the header has 2/],
  [
    'too many fields after a blank line, in a record of three lines',
    'a,b\n1,2\n\n"x\ny\nz",2,9\n',
    /^Line 4 has 3 fields where the header has 2/,
  ],
  ['an open quote', `a,b\n1,"2\n3"\n\n5,"6\n${'7,8\n'.repeat(99)}`, /^Line 5 opens a quote that is never closed/],
  ['text after a closing quote', 'a,b\n1,"2"x\n', /^Line 2 has text after a closing quote/],
  ['a quote inside an unquoted field', 'a,b\n1,2\n1,2"3"\n', /^Line 3 has a quote in the middle/],
  ['nothing but blank lines', '\n \n\n', /no line with text/],
])('names the line of a file with %s, and asks for no retry', async (_, csv, message) => {
  const fault = await faultOf(csv);
  expect(fault).toBeInstanceOf(PermanentError);
  expect(fault.code).toBe('invalid-csv');
  expect(fault.message).toMatch(message);
});

it('reports progress that only grows on a large file, and lets others run meanwhile', async () => {
  const csv = `a,b\n${'1,some text that fills the row\n'.repeat(60_000)}`;
  const { context, reports } = contextOf();
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 0);
  const { rows } = (await summarizeCsv.run(context, { csv })) as CsvSummary;
  clearInterval(timer);
  expect(rows).toBe(60_000);
  expect(reports.length).toBeGreaterThan(10);
  const percents = reports.map(([percent]) => percent);
  expect(percents).toEqual([...percents].sort((a, b) => a - b));
  expect(percents.at(-1)).toBeLessThanOrEqual(100);
  expect(turns).toBeGreaterThan(5);
});

it.each([0, 1, 2, 3])('keeps characters whole wherever the text is cut (%i)', async (shift) => {
  const name = `${'x'.repeat(64 * 1024 - shift)}😀`;
  const { columns } = await summarize(`${name},b\n1,2\n`);
  expect(columns[0]!.name).toBe(name);
});

it('stops when it is told to', async () => {
  const controller = new AbortController();
  controller.abort(new Error('cancelled'));
  const csv = `a\n${'1\n'.repeat(5_000)}`;
  await expect(summarizeCsv.run(contextOf(controller.signal).context, { csv })).rejects.toThrow('cancelled');
});

it('has an example that fits its schema', () => {
  expect(summarizeCsv.parse(summarizeCsv.info.example)).toHaveProperty('payload');
  expect(summarizeCsv.parse({ csv: '' })).toEqual({
    errors: [{ pointer: '/payload/csv', detail: 'Paste some CSV or choose a file.' }],
  });
});
