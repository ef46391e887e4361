import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { FieldValue } from '../../../src/batch/manifest/entry.js';
import { fillOutput, fillPrompt, placeholdersOf } from '../../../src/batch/rows/template.js';
import { PLACEHOLDERS } from '../../../src/edit/plan/output.js';

const missing = (name: string): never => {
  throw new Error(`no column ${name}`);
};

const ROW = {
  colour: 'red',
  'hair style': 'long',
  'größe.cm-2': 180,
  count: 0,
  wild: true,
  nothing: null,
  list: ['a', 'b'],
  nested: { a: { b: 1 } },
  name: 'from the row',
};

describe('The placeholders of a template', () => {
  test.each([
    ['a {colour} cat, {hair style}', ['colour', 'hair style']],
    ['{größe.cm-2}', ['größe.cm-2']],
    ['{a}{a}', ['a', 'a']],
    ['{{colour}}', []],
    ['{{{colour}}}', ['colour']],
    ['{}', []],
    ['{"style": "{colour}"}', ['colour']],
    ['{"a":1}', []],
    ['{1}', []],
    ['{ colour }', []],
    ['{colour', []],
    ['colour}', []],
    ['{a{colour}b}', ['colour']],
    ['{"a": {"b": {colour}}}', ['colour']],
    ['{{{{colour}}}}', []],
    ['{{{{{colour}}}}}', ['colour']],
  ] as const)('%j are %j', (template, names) => {
    expect(placeholdersOf(template)).toEqual(names);
  });
});

describe('A prompt', () => {
  test.each([
    ['a {colour} cat', 'a red cat'],
    ['{colour}{colour} {hair style}', 'redred long'],
    ['{größe.cm-2} cm', '180 cm'],
    ['{count} cats, {wild}', '0 cats, true'],
    ['[{nothing}]', '[]'],
    ['{list} {nested}', '["a","b"] {"a":{"b":1}}'],
    ['{name}', 'from the row'],
    ['{{colour}}', '{colour}'],
    ['{{{colour}}}', '{red}'],
    ['{{{{colour}}}}', '{{colour}}'],
    ['{{{{{colour}}}}}', '{{red}}'],
    ['{"a": {"b": {colour}}}', '{"a": {"b": red}}'],
    ['{{colour}', '{red'],
    ['{{colour}}}', '{colour}}'],
    ['{{', '{{'],
    ['{"a": {"b": {}}}', '{"a": {"b": {}}}'],
    ['{"style": "{colour}", "n": {"a": 1}}', '{"style": "red", "n": {"a": 1}}'],
    ['{ colour } {} {1} {', '{ colour } {} {1} {'],
    ['no braces', 'no braces'],
  ])('%j becomes %j', (template, prompt) => {
    expect(fillPrompt(template, ROW, missing)).toBe(prompt);
  });

  it('takes values as they are, whatever stands in them', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        expect(fillPrompt('<{text}>', { text: value }, missing)).toBe(`<${value}>`);
      }),
    );
  });

  it.each(['{colour}', '$&', '$1', "$'", '{{'])('does not read %j in a value as anything', (value) => {
    expect(fillPrompt('{a} {b}', { a: value, b: value }, missing)).toBe(`${value} ${value}`);
  });

  it.each(['text', 'Colour', 'constructor', 'toString', '__proto__', 'hasOwnProperty'])(
    'says that {%s} is no column of the row',
    (name) => {
      expect(() => fillPrompt(`a {${name}} cat`, ROW, missing)).toThrow(`no column ${name}`);
    },
  );
});

const filled = (template: string, columns: Record<string, FieldValue>): string =>
  fillOutput(template, columns, PLACEHOLDERS, missing);

describe('An output', () => {
  test.each([
    ['{colour}/{hair style}.png', 'red/long.png'],
    ['{count}-{wild}.png', '0-true.png'],
    ['{colour}-{index}-{seed}.{ext}', 'red-{index}-{seed}.{ext}'],
    // The row's own columns come before what the edit fills in.
    ['{name}.{ext}', 'from the row.{ext}'],
    ['{nothing}.png', 'picture.png'],
    ['{{colour}}.png', '_colour_.png'],
    ['{{{colour}}}.png', '_red_.png'],
    ['{{name}}.png', '_name_.png'],
    ['{request_id}/{model}.png', '{request_id}/{model}.png'],
    ['{list}.png', '[_a_,_b_].png'],
  ])('%j becomes %j', (template, output) => {
    expect(filled(template, ROW)).toBe(output);
  });

  test.each([
    ['../../etc/passwd', '__.._etc_passwd'],
    ['..', '_'],
    ['.', '_'],
    ['', 'picture'],
    ['/etc/passwd', '_etc_passwd'],
    ['C:\\Windows', 'C__Windows'],
    ['.hidden', '_hidden'],
    ['a\nb\0c\u001b[31m', 'a_b_c_[31m'],
    ['{seed}', '_seed_'],
    ['{request_id}', '_request_id_'],
    ['\u202egnp.exe', '_gnp.exe'],
  ])('takes %j as a part of a name: %j', (value, part) => {
    expect(filled('{text}', { text: value })).toBe(part);
  });

  it('says that a placeholder is no column of the row', () => {
    expect(() => filled('{colour}/{shape}.png', ROW)).toThrow('no column shape');
    expect(() => filled('{__proto__}.png', ROW)).toThrow('no column __proto__');
  });

  const nasty = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .array(fc.constantFrom('..', '.', '/', '\\', '{', '}', '\0', '\n', ' ', '~', ':', 'a'), {
        maxLength: 9,
      })
      .map((parts) => parts.join('')),
  );

  it('stays within its folder, one level for each slash of the template, whatever the values are', () => {
    fc.assert(
      fc.property(
        nasty,
        nasty,
        fc.constantFrom('{a}', 'x/{a}', '{a}/{b}', '.{a}', '{a}.{b}', '{a}{b}/{a}'),
        (...given) => {
          const [a, b, template] = given;
          const output = filled(template, { a, b });
          const file = path.resolve('/out', output);
          const levels = template.split('/').length;
          expect(path.relative('/out', file).split('/')).toHaveLength(levels);
          expect(file.startsWith('/out/')).toBe(true);
          expect(output).not.toMatch(/[{}\0\n\\:]/);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('is short enough for every file system, however long a value is', () => {
    for (const text of ['x'.repeat(3_000_000), '猫'.repeat(1_000_000), '🐈'.repeat(500_000)]) {
      const output = filled('{text}.png', { text });
      expect(Buffer.byteLength(output)).toBeLessThan(210);
      expect(Buffer.byteLength(output)).toBeGreaterThan(190);
      expect(Buffer.from(output).toString()).toBe(output);
    }
  });
});

test('a megabyte of braces is read as fast as any other text', () => {
  for (const text of [
    '{'.repeat(1_000_000),
    '}'.repeat(1_000_000),
    '{a'.repeat(500_000),
    `{${'a'.repeat(1_000_000)}`,
  ]) {
    expect(placeholdersOf(text)).toEqual([]);
    expect(fillPrompt(text, {}, missing)).toBe(text);
  }
});
