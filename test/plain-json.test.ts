import * as fc from 'fast-check';
import { expect, it, test } from 'vitest';
import { plainJson } from '../src/plain-json.js';

test.each([
  ['a\u001b[31m\u009b2J', '"a\\u001b[31m\\u009b2J"'],
  ['gpj.\u202egnp', '"gpj.\\u202egnp"'],
  ['\ufeffa\u061c\u2028b\u2066', '"\\ufeffa\\u061c\\u2028b\\u2066"'],
  ['ünï 日本語 🐱', '"ünï 日本語 🐱"'],
])('%j is written as %s', (text, written) => {
  expect(plainJson(text)).toBe(written);
});

it('is indented if it is to be', () => {
  expect(plainJson({ a: ['\u007f'] }, 2)).toBe('{\n  "a": [\n    "\\u007f"\n  ]\n}');
});

it('means the same, and holds nothing that acts on a terminal', () => {
  const acting = fc.constantFrom('\u001b[2J', '\u009b1A', '\u202e', '\u2067', '\u2029', '\u007f', '\u200f');
  const text = fc.array(fc.oneof(fc.string({ unit: 'grapheme' }), acting)).map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.dictionary(text, fc.oneof(text, fc.array(text))), (value) => {
      const written = plainJson(value, 2);
      expect(JSON.parse(written)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(written).not.toMatch(/[^\P{Cc}\n]|[\u2028-\u202e\u2066-\u2069\u200e\u200f]/u);
    }),
  );
});
