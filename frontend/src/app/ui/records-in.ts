export type Row = Readonly<Record<string, unknown>>;

/** The records to draw as a table: the value itself, or the field of this name, when these are flat and alike. */
export function recordsIn(value: unknown): { readonly name?: string; readonly rows: readonly Row[] } | undefined {
  if (isRecords(value)) return { rows: value };
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, field] of Object.entries(value)) if (isRecords(field)) return { name, rows: field };
  return undefined;
}

function isRecords(value: unknown): value is readonly Row[] {
  return Array.isArray(value) && value.length > 0 && value.every(isFlat);
}

function isFlat(row: unknown): boolean {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return false;
  return Object.values(row).every((field) => typeof field !== 'object' || field === null);
}
