import { once } from 'node:events';
import { CsvError, type Parser, parse } from 'csv-parse';
import { PermanentError } from '../define-task-type.ts';
import { detectDelimiter } from './delimiter.ts';

const chunkLength = 64 * 1024;

/**
 * The records of a CSV text, as arrays of strings, each with the share of the text that has been read (0 to 1).
 * Between chunks the event loop gets its turn.
 * @throws PermanentError `invalid-csv` that names the line
 */
export async function* parseCsv(csv: string): AsyncGenerator<{ record: string[]; read: number }> {
  const parser = parse({ bom: true, delimiter: detectDelimiter(csv), skip_empty_lines: true });
  let fed = 0;
  const bytes = Buffer.from(csv);
  const feeding = feed(parser, bytes, (length) => (fed = length));
  // The failure reaches us through the loop below as well.
  feeding.catch(() => undefined);
  try {
    for await (const record of parser as AsyncIterable<string[]>) yield { record, read: fed / bytes.length };
    await feeding;
  } catch (error) {
    throw error instanceof CsvError ? new PermanentError(explain(error), 'invalid-csv') : error;
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

interface Where {
  readonly lines?: number;
  readonly record?: readonly string[];
  readonly index?: number;
}

function explain(error: CsvError): string {
  const { lines = 0, record = [] } = error as CsvError & Where;
  const line = `Line ${lines}`;
  switch (error.code) {
    case 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH':
    case 'CSV_RECORD_INCONSISTENT_COLUMNS':
      return `${line} has ${record.length} ${record.length === 1 ? 'field' : 'fields'}, the lines before it have another number. Add or remove delimiters there, or put the field into quotes.`;
    case 'CSV_QUOTE_NOT_CLOSED':
      return `A quote is opened and never closed; the text ends at line ${lines}. Close it, or double it ("") where it is part of a field.`;
    case 'INVALID_OPENING_QUOTE':
      return `${line} has a quote in the middle of a field. Put the whole field into quotes and double the quotes inside ("").`;
    case 'CSV_INVALID_CLOSING_QUOTE':
      return `${line} has text after a closing quote. Double the quotes inside a field (""), or put a delimiter after it.`;
    default:
      return `${line}: ${error.message}`;
  }
}
