import * as z from 'zod';
import { ColumnSummarizer, type ColumnSummary } from './csv/column-summary.ts';
import { parseCsv } from './csv/parse-csv.ts';
import { defineTaskType, PermanentError } from './define-task-type.ts';

export interface CsvSummary {
  readonly rows: number;
  readonly columns: readonly ColumnSummary[];
}

/** Counts, types and ranges of the columns of a CSV text whose first line is the header. */
export const summarizeCsv = defineTaskType({
  name: 'summarize-csv',
  title: 'Summarise a CSV',
  description: 'Rows, and for each column its type, smallest, largest and mean value, distinct and missing values.',
  schema: z.strictObject({
    csv: z.string().min(1, 'Paste some CSV or choose a file.').meta({
      title: 'CSV',
      description:
        'The first line is the header. Comma, semicolon, tab or | between fields. Empty, NA, N/A, null and NaN count as missing.',
      contentMediaType: 'text/csv',
    }),
  }),
  example: { csv: 'city,inhabitants,founded\nBerlin,3677472,1237-10-28\nParis,2102650,\nOslo,709037,1048-01-01\n' },
  about: ({ csv }) => csv.slice(0, 200).split(/\r?\n/, 1)[0],
  async run({ log, progress, signal }, { csv }): Promise<CsvSummary> {
    let columns: ColumnSummarizer[] | undefined;
    let rows = 0;
    for await (const { records, read } of parseCsv(csv)) {
      signal.throwIfAborted();
      for (const record of records) {
        if (columns === undefined) {
          columns = columnNames(record).map((name) => new ColumnSummarizer(name));
          log(
            `${columns.length} ${columns.length === 1 ? 'column' : 'columns'}: ${columnNames(record).slice(0, 20).join(', ')}`,
          );
        } else {
          rows += 1;
          for (let i = 0; i < columns.length; i += 1) columns[i]!.add(record[i] ?? '');
        }
      }
      progress(read * 100, `Row ${rows.toLocaleString('en')}`);
    }
    if (columns === undefined) throw new PermanentError('The CSV has no line with text in it.', 'invalid-csv');
    log(`${rows} ${rows === 1 ? 'row' : 'rows'} read.`);
    return { rows, columns: columns.map((column) => column.summary()) };
  },
});

function columnNames(header: readonly string[]): string[] {
  return header.map((name, i) => name.trim() || `Column ${i + 1}`);
}
