import { describe, expect, it, test } from 'vitest';
import { read, rowsIn } from './reading.js';

const yaml = (text: string) => rowsIn(text, 'yaml');
const ALLOWED = ', not a map such as image: cat.png.';

describe('YAML', () => {
  it('is a list of maps, each row at the line on which it begins', async () => {
    const text = '# cats\n- image: a.png\n  seed: 1\n\n-\n  image: b.png\n- # the third\n  image: c.png\n';
    expect(await rowsIn(`---\n${text}`)).toEqual([
      [3, { image: 'a.png', seed: 1 }],
      [7, { image: 'b.png' }],
      [9, { image: 'c.png' }],
    ]);
  });

  it('may be several documents, each a map or a list', async () => {
    expect(await yaml('---\na: 1\n---\n---\n- a: 2\n- a: 3\n...\n# end\n---\n[{a: 4}]\n')).toEqual([
      [2, { a: 1 }],
      [5, { a: 2 }],
      [6, { a: 3 }],
      [10, { a: 4 }],
    ]);
  });

  it('takes CR LF', async () => {
    expect(await yaml('- a: 1\r\n  b: |\r\n    x\r\n    y\r\n- a: 2\r\n')).toEqual([
      [1, { a: 1, b: 'x\ny\n' }],
      [5, { a: 2 }],
    ]);
  });

  it('keeps as text what is no number, truth or null of JSON', async () => {
    const text = `
- on: yes
  no: off
  date: 2001-12-14
  time: 12:30:45
  octal: 012
  bytes: !!binary aGVsbG8=
  stamp: !!timestamp 2001-12-14
  own: !colour red
  1: one
  null: nothing
  nothing:
  tilde: ~
  hex: 0x1f
  set: !!set {a, b}
`;
    expect(await yaml(text)).toEqual([
      [
        2,
        {
          on: 'yes',
          no: 'off',
          date: '2001-12-14',
          time: '12:30:45',
          octal: 12,
          bytes: 'aGVsbG8=',
          stamp: '2001-12-14',
          own: 'red',
          1: 'one',
          null: 'nothing',
          nothing: null,
          tilde: null,
          hex: 31,
          set: { a: null, b: null },
        },
      ],
    ]);
  });

  it('is not turned into YAML 1.1 by what it says of itself', async () => {
    expect(await yaml('%YAML 1.1\n---\n- {on: yes, <<: {a: 1}}\n')).toEqual([[3, { on: 'yes', a: 1 }]]);
  });

  it('follows aliases, also those of other rows, and as often as they stand there', async () => {
    const rows = Array.from({ length: 300 }, (_, index) => `- {n: ${index}, set: *defaults}\n`);
    const text = `- &first\n  set: &defaults {steps: 4}\n- *first\n${rows.join('')}`;
    const found = await yaml(text);
    expect(found.slice(0, 3)).toEqual([
      [2, { set: { steps: 4 } }],
      [3, { set: { steps: 4 } }],
      [4, { n: 0, set: { steps: 4 } }],
    ]);
    expect(found.at(-1)).toEqual([303, { n: 299, set: { steps: 4 } }]);
  });

  it('means by an alias the last anchor of that name', async () => {
    expect(await yaml('- {a: &x 1}\n- {a: *x}\n- {a: &x 2}\n- {a: *x}\n')).toEqual([
      [1, { a: 1 }],
      [2, { a: 1 }],
      [3, { a: 2 }],
      [4, { a: 2 }],
    ]);
  });

  it('merges what << names; a map’s own keys are stronger, and of several maps the first', async () => {
    const text = [
      '- &cat {prompt: a cat, strength: 0.5}',
      '- {<<: *cat, image: b.png, prompt: a dog}',
      '- &blue {<<: *cat, prompt: blue, steps: 9}',
      '- {<<: [*blue, *cat, {seed: 1}], image: c.png}',
      '- {"<<": plain text, set: {<<: *blue}}',
      '- <<: *cat',
      '  image: d.png',
    ].join('\n');
    expect(await yaml(text)).toEqual([
      [1, { prompt: 'a cat', strength: 0.5 }],
      [2, { image: 'b.png', prompt: 'a dog', strength: 0.5 }],
      [3, { prompt: 'blue', steps: 9, strength: 0.5 }],
      [4, { image: 'c.png', prompt: 'blue', steps: 9, strength: 0.5, seed: 1 }],
      [5, { '<<': 'plain text', set: { prompt: 'blue', steps: 9, strength: 0.5 } }],
      [6, { prompt: 'a cat', strength: 0.5, image: 'd.png' }],
    ]);
  });

  it.each([
    ['a text', '- {<<: a cat}', '1: merges (<<) something that is not a map. Write: <<: *anchor'],
    ['nothing', '- {<<: }', '1: merges (<<) something that is not a map. Write: <<: *anchor'],
    ['an anchor that there is not', '- {<<: *dog}', '1: uses "*dog", but no such anchor'],
    ['itself', '- &a {<<: *a}', '1: is nested more than 100 levels deep.'],
    ['two maps', '- {<<: {a: 1}, <<: {b: 2}}', '1: has the key "<<" twice.'],
    [
      'billions of maps',
      ['- &a0 {x: 1}', ...Array.from({ length: 40 }, (_, n) => `- &a${n + 1} {<<: [*a${n}, *a${n}]}`)].join(
        '\n',
      ),
      'has more than 10000 values',
    ],
  ])('says what is wrong with a merge of %s', async (_, text, problem) => {
    const rows = await yaml(text);
    expect(rows.find((row) => typeof row === 'string')).toContain(problem);
  });

  it('takes a key named __proto__ for a name like any other', async () => {
    const [entry] = await read('- __proto__: {image: evil.png}\n  set: {__proto__: 1}\n');
    const fields = entry?.kind === 'row' ? entry.fields : {};
    expect(Object.keys(fields)).toEqual(['__proto__', 'set']);
    expect(Object.getPrototypeOf(fields)).toBe(Object.prototype);
    expect(Object.keys(fields['set']!)).toEqual(['__proto__']);
  });

  it('reads JSON: tabs, escapes, one line or many', async () => {
    const rows = [{ a: 'x: #\u2028\u0085', 'k:': 'ß😀\\/' }, { b: [1.5e3, -0.25, null, false, { c: '' }] }];
    expect(await rowsIn(JSON.stringify(rows))).toEqual([
      [1, rows[0]],
      [1, rows[1]],
    ]);
    expect(await rowsIn(JSON.stringify(rows, null, '\t').replaceAll('\n', '\r\n'))).toEqual([
      [2, rows[0]],
      [6, rows[1]],
    ]);
    expect(await rowsIn('[{"a":"\\ud83d\\ude00\\/\\u0041"}]')).toEqual([[1, { a: '😀/A' }]]);
  });
});

test.each([
  ['- a: 1\n- text\n- a: 2', `2: is a string${ALLOWED}`],
  ['- a: 1\n- [a]\n- a: 2', `2: is a list${ALLOWED}`],
  ['- a: 1\n-\n- a: 2', `2: is empty${ALLOWED}`],
  ['- a: 1\n- 17\n- a: 2', `2: is a number${ALLOWED}`],
  ['- a: 1\n- true\n- a: 2', `2: is true or false${ALLOWED}`],
  ['- a: 1\n- *nobody\n- a: 2', '2: uses "*nobody", but no such anchor is defined before it.'],
  ['- a: 1\n- b: *b\n- a: 2', '2: b: uses "*b", but no such anchor is defined before it.'],
  ['- a: 1\n- {b: 1, c: 2, b: 3}\n- a: 2', '2: has the key "b" twice.'],
  ['- a: 1\n- c: {b: 1, "b": 3}\n- a: 2', '2: c has the key "b" twice.'],
  ['- a: 1\n- b: .nan\n- a: 2', '2: b is ".nan", which is not a number that a row can have.'],
  ['- a: 1\n- b: [1, -.inf]\n- a: 2', '2: b is "-.inf", which is not a number that a row can have.'],
  ['- a: 1\n- b: &b [*b]\n- a: 2', '2: b is nested more than 100 levels deep.'],
  [
    '- a: 1\n- ? {b: 1}\n  : 2\n- a: 2',
    '2: cannot be read as YAML: a key is not a string (line 2, column 5).',
  ],
  [
    "- a: 1\n- b: 'it's'\n- a: 2",
    '2: cannot be read as YAML: unexpected scalar at node end (line 2, column 10).',
  ],
  [
    '- a: 1\n- b: x\n  c: d: e\n- a: 2',
    '2: cannot be read as YAML: nested mappings are not allowed in compact mappings (line 3, column 6).',
  ],
])('YAML: a wrong row is told, and the others are read: %j', async (text, problem) => {
  expect(await yaml(text)).toEqual([[1, { a: 1 }], problem, [text.split('\n').length, { a: 2 }]]);
});

const at = (line: number, column: number) => `(line ${line}, column ${column}).`;
const FAULT = 'cannot be read as YAML:';
const BEHIND = 'The rest of this document was not read.';

test.each([
  ['[{"a": 1},\n {"a": "x', [[1, { a: 1 }], `2: ${FAULT} missing closing "quote ${at(2, 10)}`]],
  ['[{"a": 1},\n {"a": 2}\n', [[1, { a: 1 }], `2: ${FAULT} flow sequence must end with a ] ${at(3, 1)}`]],
  [
    '- a: 1\n b: 2\n- a: 3',
    [
      `1: ${FAULT} sequence item without - indicator ${at(2, 1)}`,
      `2: ${FAULT} sequence item without - indicator ${at(2, 1)}`,
      [3, { a: 3 }],
    ],
  ],
  [
    '- a: 1\n- b: x\n\tc: y\n- a: 2\n---\na: 3',
    [
      [1, { a: 1 }],
      `2: ${FAULT} unexpected scalar at node end ${at(3, 2)}`,
      `3: ${FAULT} unexpected scalar at node end ${at(3, 2)} ${BEHIND}`,
      [6, { a: 3 }],
    ],
  ],
  ['- a: "1\n- a: 2\n- a: 3\n', [`1: ${FAULT} missing closing "quote ${at(4, 1)}`]],
  ['just a text', [`1: is a string${ALLOWED}`]],
  ['@here', [`1: ${FAULT} plain value cannot start with reserved character @ ${at(1, 1)}`]],
  ['%here', [`1: ${FAULT} missing directives-end indicator line ${at(1, 6)}`]],
  [']', [`1: ${FAULT} unexpected flow-seq-end token in YAML document: "]" ${at(1, 1)}`]],
  ['- a: 1\n- b: [\n- a: 2', [[1, { a: 1 }], expect.stringContaining(FAULT), [3, { a: 2 }]]],
])('YAML: what is read of %j', async (text, expected) => {
  expect(await yaml(text)).toEqual(expected);
});
