import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { Fields } from '../../../src/batch/manifest/entry.js';
import { rowsOf } from '../../../src/batch/manifest/rows.js';
import { bytesOf } from '../../../src/batch/manifest/bytes.js';
import { inputError } from '../../../src/errors/error.js';
import { all, neverAborted, rowsIn, seen } from './reading.js';

const ODD =
  'a\nb|a\r\nb|\n|\r|"|""|",|,|it\'s|#|- a|: |__proto__| x |null|~|1e3|yes|2001-12-14|\t|\u2028|\u0085|\ufeff|😀|*a|&a|!a|%';

const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...ODD.split('|')));
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0));
const leaf = fc.oneof(text, fc.integer(), number, fc.boolean(), fc.constant(null));
// A NUL for the second character would look like UTF-16.
const name = text.map((value) => `key${value}`);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(name, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
}));
const rows = fc.array(fc.dictionary(name, value, { maxKeys: 4, noNullPrototype: true }), {
  minLength: 1,
  maxLength: 6,
});

const newline = fc.constantFrom('\n', '\r\n');
const blank = fc.constantFrom('', '', '\n', ' \r\n\n');
const size = fc.integer({ min: 1, max: 100 });

/** A text put together from parts, with the line on which each begins. */
function joined(head: string, parts: readonly { text: string; after: string }[]) {
  let content = head;
  const lines = parts.map((part) => {
    const line = content.split('\n').length;
    content += part.text + part.after;
    return line;
  });
  return { content, lines };
}

/** Cut anywhere, also within a character. */
function cut(content: string, size: number): Buffer[] {
  const bytes = Buffer.from(content);
  const count = Math.ceil(bytes.length / size);
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
}

describe('Rows come back as they were written, with their lines', () => {
  it('as JSONL', () =>
    fc.assert(
      fc.asyncProperty(rows, newline, blank, size, async (written, end, between, size) => {
        const parts = written.map((fields) => ({ text: JSON.stringify(fields), after: end + between }));
        const { content, lines } = joined(between, parts);
        expect(await rowsIn(cut(content, size), 'jsonl')).toEqual(
          written.map((fields, index) => [lines[index], fields]),
        );
      }),
    ));

  it('as JSON', () =>
    fc.assert(
      fc.asyncProperty(rows, newline, size, async (written, end, size) => {
        const parts = written.map((fields) => ({ text: JSON.stringify(fields), after: `,${end}` }));
        const { content, lines } = joined(`[${end}`, parts);
        const list = content.replace(/,\s*$/, ']');
        expect(await rowsIn(cut(list, size))).toEqual(written.map((fields, index) => [lines[index], fields]));
      }),
    ));

  it('as YAML', () =>
    fc.assert(
      fc.asyncProperty(rows, newline, size, async (written, end, size) => {
        const parts = written.map((fields) => ({
          text: stringify([fields]).replaceAll('\n', end),
          after: '',
        }));
        const { content, lines } = joined('', parts);
        expect(await rowsIn(cut(content, size), 'yaml')).toEqual(
          written.map((fields, index) => [lines[index], fields]),
        );
      }),
    ));

  const columns = fc.uniqueArray(
    // The first end of a line decides how lines end: in the header a CR alone would be one.
    name.map((value) => value.trim().replaceAll('\r', '')),
    { minLength: 1, maxLength: 5 },
  );
  const table = columns.chain((names) => {
    const cells = fc.array(text, { minLength: names.length, maxLength: names.length });
    return fc.tuple(fc.constant(names), fc.array(cells, { minLength: 1, maxLength: 6 }));
  });

  it.each([',', '\t'])('as CSV, divided by %j', (delimiter) =>
    fc.assert(
      fc.asyncProperty(
        table,
        newline,
        blank,
        size,
        fc.boolean(),
        async ([names, cells], end, between, size, everywhere) => {
          const quote = (cell: string) =>
            everywhere || /^\s*$|[",;\r\n\t]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
          const line = (row: readonly string[]) => row.map(quote).join(delimiter);
          const parts = cells.map((row) => ({ text: line(row), after: end + between }));
          const { content, lines } = joined(between + line(names) + end, parts);
          const expected = cells.flatMap((row, index) => {
            const filled = names.map((name, column) => [name, row[column] ?? ''] as const);
            const fields: Fields = Object.fromEntries(filled.filter(([, cell]) => cell !== ''));
            return Object.keys(fields).length === 0 ? [] : [[lines[index], fields]];
          });
          const notation = delimiter === ',' ? 'csv' : 'tsv';
          const chunks = () =>
            bytesOf(Readable.from(cut(content, size)), neverAborted, () => inputError('broken'));
          const found = await all(rowsOf({ name: 'stdin', notation, chunks }, neverAborted));
          expect(seen(found)).toEqual(expected.length === 0 ? ['1: has no rows.'] : expected);
        },
      ),
    ),
  );
});
