import { describe, expect, it, test } from 'vitest';
import { read, rowsIn } from './reading.js';

const ALLOWED = ', not an object such as {"image": "cat.png"}.';

test.each([
  ['on several lines', '[{"a":1},\n {"a":2}]', [1, 2]],
  ['on one line', '\ufeff [{"a":1},{"a":2}]', [1, 1]],
  ['pretty', '[\n  {\n    "a": 1\n  },\n  {\n    "a": 2\n  }\n]\n', [2, 5]],
])('A list of objects in a file that is called JSONL: %s', async (_, text, lines) => {
  expect(await rowsIn(text, 'jsonl')).toEqual([1, 2].map((a, index) => [lines[index], { a }]));
});

describe('JSONL', () => {
  it('has a row on each line, with values of any kind', async () => {
    const rows = '{"image":"a.png","seed":1}\n{"set":{"a":[1,null,true]}}\n';
    expect(await rowsIn(rows)).toEqual([
      [1, { image: 'a.png', seed: 1 }],
      [2, { set: { a: [1, null, true] } }],
    ]);
  });

  it('needs no newline at its end, and takes CR LF', async () => {
    expect(await rowsIn('{"a":1}\r\n\r\n{"a":2}')).toEqual([
      [1, { a: 1 }],
      [3, { a: 2 }],
    ]);
  });

  it('passes over blank lines and comments, and counts them', async () => {
    const text = '{"a":1}\n\n   \t\n# a comment\n  // {"a":9}\n\r\n{"a":2}\n';
    expect(await rowsIn(text, 'jsonl')).toEqual([
      [1, { a: 1 }],
      [7, { a: 2 }],
    ]);
  });

  it('passes key names on as they stand', async () => {
    expect(await rowsIn('{"Image Strength":1,"image-strength":2,"":3}')).toEqual([
      [1, { 'Image Strength': 1, 'image-strength': 2, '': 3 }],
    ]);
  });

  it('takes a key named __proto__ for a name like any other', async () => {
    const [entry] = await read('{"__proto__":{"image":"evil.png"}}');
    const fields = entry?.kind === 'row' ? entry.fields : {};
    expect(Object.keys(fields)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(fields)).toBe(Object.prototype);
    expect(fields['image']).toBeUndefined();
  });

  it('says what is wrong with a row, and goes on with the next', async () => {
    expect(await rowsIn('{"a":1}\n{"a":\n{"a":3}\n')).toEqual([
      [1, { a: 1 }],
      '2: is not JSON: it is cut off.',
      [3, { a: 3 }],
    ]);
  });
});

const cut = (text: string) => text.slice(0, 40);

test.each(
  [
    ['{"a":1,}', 'is not JSON: expected double-quoted property name (column 8).'],
    ["{'a':1}", "is not JSON: expected property name or '}' (column 2)."],
    ['{"a" 1}', "is not JSON: expected ':' after property name (column 6)."],
    ['{"a":1 "b":2}', "is not JSON: expected ',' or '}' after property value (column 8)."],
    ['{"a":1}{"b":2}', 'is not JSON: unexpected non-whitespace character after JSON (column 8).'],
    ['{"a":"b', 'is not JSON: unterminated string (column 8).'],
    ['{"a":"tab\there"}', 'is not JSON: bad control character in string literal (column 10).'],
    ['{"a": None}', 'is not JSON: unexpected "N" (column 7).'],
    ['{"a": "\\"x, y", "b": true, "c": NaN}', 'is not JSON: unexpected "N" (column 33).'],
    ['{"a": truee}', "is not JSON: expected ',' or '}' after property value (column 11)."],
    ['{"a": \u202e}', 'is not JSON: unexpected "\\u202e" (column 7).'],
    ['{"a": 😀}', 'is not JSON: unexpected "😀" (column 7).'],
    ['{', "is not JSON: expected property name or '}' (column 2)."],
    ['hello', 'is not JSON: unexpected "h" (column 1).'],
    [`{"a": ${'x'.repeat(20_000)}}`, 'is not JSON: unexpected "x".'],
    ['[{"a":1}]', `is a list${ALLOWED}`],
    ['17', `is a number${ALLOWED}`],
    ['"image.png"', `is a string${ALLOWED}`],
    ['null', `is null${ALLOWED}`],
    ['true', `is true or false${ALLOWED}`],
    ['{"a":1,"b":2,"a":3}', 'has the key "a" twice.'],
    ['{"a":1,"\\u0061":3}', 'has the key "a" twice.'],
    ['{"a":{"b":1},"c":[{"d":1,"d":2}]}', 'has the key "d" twice.'],
    ['{"__proto__":1,"__proto__":2}', 'has the key "__proto__" twice.'],
    [`{"${'k'.repeat(99)}":1,"${'k'.repeat(99)}":2}`, `has the key "${'k'.repeat(39)}…" twice.`],
    [`{"a":${'['.repeat(100)}${']'.repeat(100)}}`, 'is nested more than 100 levels deep.'],
    [`{"a":${'['.repeat(1e6)}${']'.repeat(1e6)}}`, 'is nested more than 100 levels deep.'],
  ].map(([line = '', problem = '']) => ({ name: cut(line), line, problem })),
)('JSONL: $name', async ({ line, problem }) => {
  expect(await rowsIn(`{"good":0}\n${line}\n{"good":1}`, 'jsonl')).toEqual([
    [1, { good: 0 }],
    `2: ${problem}`,
    [3, { good: 1 }],
  ]);
});

test.each(
  [
    '{"a":{"a":1},"b":[{"a":1},{"a":2}]}',
    '{"a":"a","b":"\\"a\\":1","c\\\\":"\\\\","c":1}',
    '{"a":["a","a",{"a":"a"}],"b":"a"}',
    '{"a\\"":1,"a":2,"a\\\\\\"":3}',
    `{"a":${'['.repeat(99)}${']'.repeat(99)}}`,
  ].map((line) => ({ name: cut(line), line })),
)('JSONL: no key stands twice in $name', async ({ line }) => {
  expect(await rowsIn(line)).toEqual([[1, JSON.parse(line)]]);
});
