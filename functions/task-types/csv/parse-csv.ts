import { once } from 'node:events';
import { CsvError, type Parser, parse } from 'csv-parse';
import { PermanentError } from '../define-task-type.ts';
import { detectDelimiter } from './delimiter.ts';

const chunkLength = 64 * 1024;

interface Parsed {
  readonly record: string[];
  readonly info: { readonly lines: number };
}

/**
 * The records of a CSV text, as arrays of strings, each with the share of the text that has been read (0 to 1).
 * Between chunks the event loop gets its turn.
 * @throws PermanentError `invalid-csv` that names the line
 */
export async function* parseCsv(csv: string): AsyncGenerator<{ record: string[]; read: number }> {
  const parser = parse({
    bom: true,
    delimiter: detectDelimiter(csv),
    // All of them in any mixture: files are edited on more than one system.
    record_delimiter: ['\r\n', '\n', '\r'],
    skip_empty_lines: true,
    trim: true,
    info: true,
  });
  const bytes = Buffer.from(csv);
  let [fed, line, fields] = [0, 0, 0];
  const feeding = feed(parser, bytes, (length) => (fed = length));
  // The failure reaches us through the loop below as well.
  feeding.catch(() => undefined);
  try {
    for await (const { record, info } of parser as AsyncIterable<Parsed>) {
      line = info.lines;
      fields ||= record.length;
      yield { record, read: fed / bytes.length };
    }
    await feeding;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new PermanentError(explain(error, nextFilledLine(csv, line), fields), 'invalid-csv');
  }
}

/** Feeds bytes, not pieces of the string: a cut between two bytes of a character does no harm there. */
async function feed(parser: Parser, csv: Buffer, onFed: (length: number) => void): Promise<void> {
  for (let at = 0; at < csv.length; at += chunkLength) {
    if (parser.destroyed) return;
    const roomLeft = parser.write(csv.subarray(at, at + chunkLength));
    onFed(Math.min(at + chunkLength, csv.length));
    if (!roomLeft) await once(parser, 'drain');
    await new Promise((resolve) => setImmediate(resolve));
  }
  parser.end();
}

/** The number of the first line after this one that has text in it: where the record begins that could not be read. */
function nextFilledLine(csv: string, after: number): number {
  const lines = csv.split(/\r\n|\n|\r/);
  const found = lines.findIndex((line, i) => i >= after && line.trim() !== '');
  return (found === -1 ? after : found) + 1;
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
