/**
 * The records of a CSV text (RFC 4180; comma, semicolon or tab between fields, as its first line has them). Lines without text are left out.
 */
export function csvRecords(text: string): string[][] {
  const source = text.replace(/^\uFEFF/, '');
  const delimiter = delimiterOf(source);
  const records: string[][] = [];
  let record: string[] = [];
  // A field: quoted with doubled quotes inside, or as it is; then what ends it.
  const pattern = new RegExp(`(?:"((?:[^"]|"")*)"|([^${delimiter}\\r\\n]*))(${delimiter}|\\r\\n|\\n|\\r|$)`, 'g');
  for (const [whole, quoted, plain = '', end] of source.matchAll(pattern)) {
    record.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === delimiter) continue;
    if (record.some((field) => field.trim() !== '')) records.push(record);
    record = [];
    if (whole === '' && end === '') break;
  }
  return records;
}

function delimiterOf(text: string): string {
  const [line = ''] = text.split(/[\r\n]/, 1);
  const count = (delimiter: string) => line.split(delimiter).length;
  return [',', ';', '\t'].reduce((best, one) => (count(one) > count(best) ? one : best));
}
