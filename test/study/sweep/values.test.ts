import { describe, expect, it, test } from 'vitest';
import { lineValues, parseValues } from '../../../src/study/sweep/values.js';

const list = (written: string) => parseValues(written, '--vary x').list();

test.each<[string, string[]]>([
  ['2.5,3.5,5', ['2.5', '3.5', '5']],
  [' a , b ', ['a', 'b']],
  ['0.1..0.3:0.1,0.9', ['0.1', '0.2', '0.3', '0.9']],
  ['0.9,0.1..0.3:0.1,0.5..0.7:0.1', ['0.9', '0.1', '0.2', '0.3', '0.5', '0.6', '0.7']],
  ['"a cat, sleeping",a dog', ['a cat, sleeping', 'a dog']],
  ['"say \\"hi\\"", "0.1..0.3"', ['say "hi"', '0.1..0.3']],
  ['a 5" nail', ['a 5" nail']],
  ['0.5,0.50,.5,0.5..0.6:0.1', ['0.5', '0.6']],
  ['a,b,a', ['a', 'b']],
  ['"1","1.0"', ['1', '1.0']],
  ['true,false', ['true', 'false']],
])('%s', (written, expected) => {
  expect(list(written)).toEqual(expected);
});

test.each([
  ['', /"" has an empty value/],
  [',', /has an empty value/],
  ['a,', /"a," has an empty value/],
  ['a,,b', /"a,,b" has an empty value/],
  ['""', /has an empty value/],
  ['"\\x"', /starts with a quote but is not a JSON string/],
  ['0.1..0.3', /has no step/],
])('%j is refused', (written, message) => {
  expect(() => parseValues(written, '--vary x')).toThrow(message);
});

it('counts what is named, also where it is too much to be made', () => {
  const values = parseValues('a,0..1000000000:0.001', '--vary x');
  expect([values.count, values.first()]).toEqual([1e12 + 2, 'a']);
});

describe('of a file', () => {
  test.each<[string, string[]]>([
    ['a cat, sleeping\na dog\n', ['a cat, sleeping', 'a dog']],
    ['\uFEFFa\r\nb\r\n', ['a', 'b']],
    ['\n\n a \n\t\nb', ['a', 'b']],
    ['a\nb\na', ['a', 'b']],
    ['1\n1.0\n0.1..0.3:0.1', ['1', '1.0', '0.1..0.3:0.1']],
    ['"a"', ['"a"']],
  ])('%j', (text, expected) => {
    expect(lineValues(text, 'x').list()).toEqual(expected);
  });

  it('is refused where nothing stands in it', () => {
    expect(() => lineValues('\uFEFF\r\n \n', '--vary x: the file "a"')).toThrow(
      '--vary x: the file "a" has no values.',
    );
  });
});
