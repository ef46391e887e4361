import { describe, expect, it, test } from 'vitest';
import { deflateSync } from 'node:zlib';
import { rowsIn, type Seen } from './reading.js';

const TEXTS = {
  jsonl: '{"a":"ß"}\n\n{"a":"😀"}\n',
  csv: 'a\nß\n😀\n',
  yaml: '- a: ß\n\n- a: 😀\n',
} as const;
const FORMATS = ['jsonl', 'csv', 'yaml'] as const;

const ROWS: Record<(typeof FORMATS)[number], Seen[]> = {
  jsonl: [
    [1, { a: 'ß' }],
    [3, { a: '😀' }],
  ],
  csv: [
    [2, { a: 'ß' }],
    [3, { a: '😀' }],
  ],
  yaml: [
    [1, { a: 'ß' }],
    [3, { a: '😀' }],
  ],
};

/** As Windows' editors write it. */
const utf16 = (text: string) => Buffer.from(text, 'utf16le');
const swapped = (bytes: Buffer) => Buffer.from(bytes).swap16();

describe.each(FORMATS)('%s', (format) => {
  const text = TEXTS[format];
  const bytes = Buffer.from(text);

  it('is known by its first character', async () => {
    expect(await rowsIn(text)).toEqual(ROWS[format]);
    expect(await rowsIn(`\ufeff${text}`)).toEqual(ROWS[format]);
  });

  it('may begin with a byte order mark', async () => {
    expect(await rowsIn(`\ufeff${text}`, format)).toEqual(ROWS[format]);
  });

  it('may have CR LF', async () => {
    expect(await rowsIn(text.replaceAll('\n', '\r\n'), format)).toEqual(ROWS[format]);
  });

  it('may have CR alone, in pieces of any size', async () => {
    const old = Buffer.from(text.replaceAll('\n', '\r'));
    for (const size of [1, 2, 3, 100]) {
      const pieces = Array.from({ length: Math.ceil(old.length / size) }, (_, index) =>
        old.subarray(index * size, (index + 1) * size),
      );
      expect(await rowsIn(pieces)).toEqual(ROWS[format]);
    }
  });

  it('may come in pieces of any size', async () => {
    const marked = Buffer.from(`\ufeff${text.replaceAll('\n', '\r\n')}`);
    for (const size of [1, 2, 3, 5, 7]) {
      const pieces = Array.from({ length: Math.ceil(marked.length / size) }, (_, index) =>
        marked.subarray(index * size, (index + 1) * size),
      );
      expect(await rowsIn(pieces)).toEqual(ROWS[format]);
    }
  });

  it.each([
    ['with its mark', utf16(`\ufeff${text}`), 'UTF-16'],
    ['with its mark, big-endian', swapped(utf16(`\ufeff${text}`)), 'UTF-16'],
    ['without its mark', utf16(text), 'UTF-16LE'],
    ['without its mark, big-endian', swapped(utf16(text)), 'UTF-16BE'],
  ])('is not read as UTF-16 %s', async (_, content, encoding) => {
    expect(await rowsIn(content, format)).toEqual([
      `1: is UTF-16. Save it as UTF-8, or convert it: iconv -f ${encoding} -t UTF-8 (in Excel: save as "CSV UTF-8").`,
    ]);
  });

  it.each([
    ['nothing', ''],
    ['a byte order mark', '\ufeff'],
    ['blank lines', '\n \r\n\n\t\n'],
    ['very many blank lines', '\n'.repeat(10_000)],
  ])('holds no rows where it is %s', async (_, content) => {
    expect(await rowsIn(content, format)).toEqual(['1: has no rows.']);
  });

  it('is told to be no text where it is a program, a picture or an archive', async () => {
    const archive = Buffer.concat([
      Buffer.from('PK\x03\x04\0'),
      deflateSync(bytes),
      Buffer.from([0, 0xff, 0, 0x9c]),
    ]);
    const png = Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01', 'latin1');
    for (const content of [archive, png]) {
      expect(await rowsIn(content, format)).toEqual(['1: is not a text file in UTF-8.']);
    }
  });
});

describe('What is not UTF-8', () => {
  const latin1 = (text: string) => Buffer.from(text, 'latin1');

  it('is a problem of its row in JSONL', async () => {
    expect(await rowsIn(latin1('{"a":1}\n{"a":"\xdf"}\n# \xdf\n{"a":2}'))).toEqual([
      [1, { a: 1 }],
      '2: is not UTF-8: save it as UTF-8 (in Excel: "CSV UTF-8").',
      '3: is not UTF-8: save it as UTF-8 (in Excel: "CSV UTF-8").',
      [4, { a: 2 }],
    ]);
  });

  it('is a problem of its row in CSV, whatever lines that has', async () => {
    expect(await rowsIn(latin1('a,b\n1,2\n3,"\n\xdf\n""\xdf"\n\xdf,\n4,5'))).toEqual([
      [2, { a: '1', b: '2' }],
      '3: is not UTF-8: save it as UTF-8 (in Excel: "CSV UTF-8").',
      '6: is not UTF-8: save it as UTF-8 (in Excel: "CSV UTF-8").',
      [7, { a: '4', b: '5' }],
    ]);
  });

  it('is a problem of the whole in YAML, at its line', async () => {
    expect(await rowsIn(latin1('- a: 1\n- a: 2\n- a: \xdf\n- a: 4'), 'yaml')).toEqual([
      '3: is not UTF-8: save it as UTF-8 (in Excel: "CSV UTF-8").',
    ]);
  });

  it.each([
    ['half a character', [0xc3]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['a character beyond Unicode', [0xf4, 0x90, 0x80, 0x80]],
  ])('may be %s', async (_, bytes) => {
    const line = Buffer.from([...Buffer.from('{"a":"'), ...bytes, ...Buffer.from('"}\n')]);
    expect(await rowsIn([line, '{"a":1}'])).toEqual([
      '1: is not UTF-8: save it as UTF-8 (in Excel: "CSV UTF-8").',
      [2, { a: 1 }],
    ]);
  });
});

test('NULs that a power cut has left in a log spoil their line alone', async () => {
  expect(await rowsIn(`{"a":1}\n${'\0'.repeat(500)}\n{"a":"ß"}`)).toEqual([
    [1, { a: 1 }],
    '2: is not JSON: unexpected "\\u0000" (column 1).',
    [3, { a: 'ß' }],
  ]);
});

test.each([
  ['{"a":1}', [1, { a: 1 }]],
  ['\n \t{"a":1}', [2, { a: 1 }]],
  ['\ufeff\r\n[{"a":1}]', [2, { a: 1 }]],
  ['- a: 1', [1, { a: 1 }]],
  ['---\na: 1', [2, { a: 1 }]],
  ['a\n1', [2, { a: '1' }]],
  ['"a"\n1', [2, { a: '1' }]],
  ['ä\n1', [2, { ä: '1' }]],
])('stdin is known by its first character that is not blank: %j', async (text, row) => {
  expect(await rowsIn(text)).toEqual([row]);
});
