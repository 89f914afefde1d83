import { CsvError, type Parser, parse } from 'csv-parse';
import { PermanentError } from '../define-task-type.ts';
import { detectDelimiter } from './delimiter.ts';

/** In UTF-16 units. */
const chunkLength = 64 * 1024;

/**
 * The records of a CSV text, as arrays of strings, in batches, each with the share of the text that has been read (0 to 1).
 * Between batches the event loop gets its turn.
 * @throws PermanentError `invalid-csv` that names the line
 */
export async function* parseCsv(csv: string): AsyncGenerator<{ records: string[][]; read: number }> {
  let records: string[][] = [];
  let [line, fields] = [0, 0];
  const parser = parse({
    bom: true,
    delimiter: detectDelimiter(csv),
    // All of them in any mixture: files are edited on more than one system.
    record_delimiter: ['\r\n', '\n', '\r'],
    skip_empty_lines: true,
    trim: true,
    // Taken here, records do not go through the stream one by one, which takes longer than to parse them.
    on_record: (record: string[], { lines }) => {
      records.push(record);
      line = lines;
      fields ||= record.length;
      return null;
    },
  });
  const take = () => {
    const taken = records;
    records = [];
    return taken;
  };
  // Failures reach us through the calls below.
  parser.on('error', () => undefined).resume();
  try {
    for (let at = 0; at < csv.length;) {
      const end = endOfChunk(csv, at);
      await write(parser, csv.slice(at, end));
      yield { records: take(), read: end / csv.length };
      await new Promise((resolve) => setImmediate(resolve));
      at = end;
    }
    await end(parser);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new PermanentError(explain(error, nextFilledLine(csv, line), fields), 'invalid-csv');
  }
  if (records.length > 0) yield { records, read: 1 };
}

/** Not between the two halves of a character. */
function endOfChunk(csv: string, start: number): number {
  const end = Math.min(start + chunkLength, csv.length);
  const isHalf = (csv.charCodeAt(end - 1) & 0xfc00) === 0xd800;
  return isHalf && end < csv.length ? end + 1 : end;
}

const write = (parser: Parser, text: string) =>
  new Promise<void>((done, failed) => parser.write(text, (error) => (error ? failed(error) : done())));

const end = (parser: Parser) =>
  new Promise<void>((done, failed) =>
    parser.once('error', failed).end((error?: Error) => (error ? failed(error) : done())),
  );

/** The number of the first line after this one that has text in it: where the record begins that could not be read. */
function nextFilledLine(csv: string, after: number): number {
  const lineEnd = /\r\n|\n|\r/g;
  for (let line = 1, start = 0; ; line += 1) {
    const next = lineEnd.exec(csv);
    if (line > after && csv.slice(start, next?.index).trim() !== '') return line;
    if (next === null) return after + 1;
    start = lineEnd.lastIndex;
  }
}

function explain(error: CsvError, lineNumber: number, expected: number): string {
  const { record = [] } = error as CsvError & { readonly record?: readonly string[] };
  const line = `Line ${lineNumber}`;
  switch (error.code) {
    case 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH':
    case 'CSV_RECORD_INCONSISTENT_COLUMNS':
      return `${line} has ${record.length} ${record.length === 1 ? 'field' : 'fields'} where the header has ${expected}. Add or remove delimiters there, or put the field into quotes.`;
    case 'CSV_QUOTE_NOT_CLOSED':
      return `${line} opens a quote that is never closed. Close it, or double it ("") where it is part of a field.`;
    case 'INVALID_OPENING_QUOTE':
      return `${line} has a quote in the middle of a field. Put the whole field into quotes and double the quotes inside ("").`;
    case 'CSV_INVALID_CLOSING_QUOTE':
      return `${line} has text after a closing quote. Double the quotes inside a field (""), or put a delimiter after it.`;
    default:
      return `${line}: ${error.message}`;
  }
}
