import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { tempDir } from '../../support/temp-dir.js';
import { all, opened, read, rowsIn, seen } from './reading.js';

const HOW = 'Put the whole cell in quotes, and double each quote inside it.';
const HEADER = 'The first line must be a header with a unique name for each column. No row was read.';

describe('CSV', () => {
  it('has its names in the first line, and cells that are text', async () => {
    expect(await rowsIn('image,seed,on\na.png,1,true\nb.png,02,\n')).toEqual([
      [2, { image: 'a.png', seed: '1', on: 'true' }],
      [3, { image: 'b.png', seed: '02' }],
    ]);
  });

  it('trims the names, not the cells', async () => {
    expect(await rowsIn(' image ,\tprompt\n a.png , hello \n')).toEqual([
      [2, { image: ' a.png ', prompt: ' hello ' }],
    ]);
  });

  it('takes an empty cell for no field, with quotes as well', async () => {
    expect(await rowsIn('a,b,c\n,"",1\n')).toEqual([[2, { c: '1' }]]);
  });

  it('passes over rows without text and empty columns at the end', async () => {
    expect(await rowsIn('a,b,,,\r\n1,2,,,\r\n,,,,\r\n"",\r\n3,4\r\n5,6,\r\n7,8,,,9\r\n')).toEqual([
      [2, { a: '1', b: '2' }],
      [5, { a: '3', b: '4' }],
      [6, { a: '5', b: '6' }],
      '7: has 5 cells, but the header has 2 columns.',
    ]);
    expect(await rowsIn('a,b\n,\n,\n')).toEqual(['1: has no rows.']);
  });

  it('keeps a row that holds only spaces', async () => {
    expect(await rowsIn('a,b\n ,\n')).toEqual([[2, { a: ' ' }]]);
  });

  test.each([
    ['semicolons', 'a;b\n1, 2;"3;4"\n'],
    ['tabs', 'a\tb\n1, 2\t"3;4"\n'],
    ['a delimiter only within quotes of its header', '"a";"b"\n1, 2;3;4\n'.replace('3;4', '"3;4"')],
    ['what Excel names in its own line', 'sep=;\na;b\n1, 2;"3;4"\n'],
    ['the same with empty cells behind it', 'sep=;;;\r\na;b\r\n1, 2;"3;4"\r\n'],
    ['the same between quotes', '"sep=;"\na;b\n1, 2;"3;4"\n'],
    ['a tab that is named', 'sep=\t\na\tb\n1, 2\t3;4\n'],
    ['what else is named', 'SEP=|\na|b\n1, 2|3;4\n'],
  ])('is divided by %s', async (_, text) => {
    const [row] = await rowsIn(text, 'csv');
    expect(row?.[1]).toEqual({ a: '1, 2', b: '3;4' });
    expect(await rowsIn(`\ufeff${text.replaceAll('\n', '\r')}`, 'csv')).toHaveLength(1);
  });

  it('is divided by commas where its header would allow for something else as well', async () => {
    expect(await rowsIn('a,b;c\n1,2;3\n', 'csv')).toEqual([[2, { a: '1', 'b;c': '2;3' }]]);
    expect(await rowsIn('"a;b",c\n1,2;3\n', 'csv')).toEqual([[2, { 'a;b': '1', c: '2;3' }]]);
    expect(await rowsIn('"a;b"\n"1;2"\n', 'csv')).toEqual([[2, { 'a;b': '1;2' }]]);
  });

  it('knows the lines of its rows below a line of Excel’s own', async () => {
    expect(await rowsIn('sep=;\n\na;b\n1;2\n', 'csv')).toEqual([[4, { a: '1', b: '2' }]]);
  });

  it('keeps newlines, commas and quotes within quotes, and knows the line of the next row', async () => {
    const text = 'a,b\n"one\ntwo\r\nthree","a ""b"", c"\n1,2\n"x\n\n\n",y\n3,4\n';
    expect(await rowsIn(text)).toEqual([
      [2, { a: 'one\ntwo\r\nthree', b: 'a "b", c' }],
      [5, { a: '1', b: '2' }],
      [6, { a: 'x\n\n\n', b: 'y' }],
      [10, { a: '3', b: '4' }],
    ]);
  });

  it('takes CR LF, and passes over blank lines, before the header too', async () => {
    expect(await rowsIn('\r\n  \r\na,b\r\n\r\n1,"2"\r\n   \r\n3,4\r\n\r\n')).toEqual([
      [5, { a: '1', b: '2' }],
      [7, { a: '3', b: '4' }],
    ]);
  });

  it('takes LF in one row and CR LF in another', async () => {
    expect(await rowsIn('a,b\r\n1,2\n3,4\r\n')).toEqual([
      [2, { a: '1', b: '2' }],
      [3, { a: '3', b: '4' }],
    ]);
  });

  it('takes a column named __proto__ for a name like any other', async () => {
    const [entry] = await read('__proto__,constructor\nx,y');
    const fields = entry?.kind === 'row' ? entry.fields : {};
    expect(Object.entries(fields)).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
    expect(Object.getPrototypeOf(fields)).toBe(Object.prototype);
  });

  it('says what is wrong with a row, and goes on with the next', async () => {
    const text =
      'a,b\n1,2\n1\n1,2,3\nx"y,2\n"x"y,2\n"x" ,2\n 1,"2"\n1, "2"\n"3\n"" four",x"\n5,"six\nseven"\n';
    expect(await rowsIn(text)).toEqual([
      [2, { a: '1', b: '2' }],
      '3: has 1 cell, but the header has 2 columns.',
      '4: has 3 cells, but the header has 2 columns.',
      `5: has a quote in the middle of a cell. ${HOW}`,
      `6: has text after the closing quote of a cell. ${HOW}`,
      `7: has text after the closing quote of a cell. ${HOW}`,
      [8, { a: ' 1', b: '2' }],
      `9: has a quote in the middle of a cell. ${HOW}`,
      `10: has a quote in the middle of a cell. ${HOW}`,
      [12, { a: '5', b: 'six\nseven' }],
    ]);
  });

  it('ends where a quote is never closed, and says so', async () => {
    expect(await rowsIn('a,b\n1,2\n3,"four\n5,6\n7,8\n')).toEqual([
      [2, { a: '1', b: '2' }],
      '3: has a quote that is never closed; the rows after it cannot be read.',
    ]);
  });

  it('is divided by tabs where the file is called .tsv, whatever the format is said to be', async () => {
    const folder = await tempDir();
    await writeFile(path.join(folder, 'rows.tsv'), 'image\tprompt\na,b.png\t"x\ty"\n');
    for (const options of [{}, { format: 'csv' } as const]) {
      const source = await opened(['rows.tsv'], folder, options);
      expect(seen(await all(source.rows()))).toEqual([[2, { image: 'a,b.png', prompt: 'x\ty' }]]);
    }
  });
});

test.each([
  ['a,,c', `has no name for column 2. ${HEADER}`],
  [',a,b', `has no name for column 1. ${HEADER}`],
  ['"  ",a', `has no name for column 1. ${HEADER}`],
  ['image,prompt, image', `has two columns named "image". ${HEADER}`],
  ['a,b"c"', `has a quote in the middle of a cell. ${HOW} ${HEADER}`],
  ['a,\xff', `is not UTF-8: save it as UTF-8 (in Excel: "CSV UTF-8"). ${HEADER}`],
  ['a,"b', `has a quote that is never closed; the rows after it cannot be read. ${HEADER}`],
])('CSV: no row is read after the header %s', async (header, problem) => {
  expect(await rowsIn(Buffer.from(`\n${header}\n1,2,3\n`, 'latin1'), 'csv')).toEqual([`2: ${problem}`]);
});

test('CSV: where csv-parse reads a text, our rows are those that it reads', async () => {
  const letters = fc.constantFrom('a', '"', ',', '\n', '"a"', '""', '\n"', '",', '"\n', '\r\n', 'é');
  const texts = fc.array(letters, { maxLength: 40 }).map((parts) => parts.join(''));
  const header = 'x,y\n';
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      let expected: string[][];
      try {
        const options = {
          record_delimiter: ['\r\n', '\n'],
          relax_column_count: true,
          skip_empty_lines: true,
        };
        expected = parse(header + text, options).slice(1);
      } catch {
        return;
      }
      const ours = (await rowsIn(header + text, 'csv')).filter((row) => row !== '1: has no rows.');
      expect(ours.map((row) => (typeof row === 'string' ? row.replace(/^\d+: /, '') : row[1]))).toEqual(
        expected.flatMap((cells) => {
          if (cells.every((cell) => cell === '')) return [];
          if (cells.length < 2 || cells.slice(2).some((cell) => cell !== '')) {
            const has = cells.length === 1 ? '1 cell' : `${cells.length} cells`;
            return `has ${has}, but the header has 2 columns.`;
          }
          const [x = '', y = ''] = cells;
          return { ...(x === '' ? {} : { x }), ...(y === '' ? {} : { y }) };
        }),
      );
    }),
    { numRuns: 1000 },
  );
});
