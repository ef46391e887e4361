import type { FieldValue, Fields } from '../../batch/manifest/entry.js';
import type { Notation } from '../../batch/manifest/format.js';
import { plainJson } from '../../plain-json.js';

/** Writes rows as a manifest, in the notation of the original. Has no newline at the end. */
export async function manifestText(rows: readonly Fields[], notation: Notation): Promise<string> {
  switch (notation) {
    case 'jsonl':
      return rows.map((row) => plainJson(row)).join('\n');
    case 'csv':
      return tableText(rows, ',');
    case 'tsv':
      return tableText(rows, '\t');
    case 'yaml': {
      const { stringify } = await import('yaml');
      return stringify(rows, { lineWidth: 0 }).trimEnd();
    }
  }
}

/** One column per field name, in the order of their first rows. */
function tableText(rows: readonly Fields[], delimiter: string): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const lines = [columns, ...rows.map((row) => columns.map((column) => cellText(row[column])))];
  return lines.map((cells) => cells.map((cell) => quoted(cell, delimiter)).join(delimiter)).join('\n');
}

function cellText(value: FieldValue | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? plainJson(value) : String(value);
}

function quoted(cell: string, delimiter: string): string {
  const isPlain = !cell.includes(delimiter) && !/["\r\n]|^\s|\s$/.test(cell);
  return isPlain ? cell : `"${cell.replaceAll('"', '""')}"`;
}
