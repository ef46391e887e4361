import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { annotationLine, MOST_ANNOTATIONS } from '../../../src/report/github/annotations.js';
import { anyRow, failedRow, missed, resultRow } from '../rows.js';

interface Command {
  name: string;
  properties: Record<string, string>;
  data: string;
}

/** What GitHub's runner makes of a line (ActionCommand.TryParseV2). */
function parseCommand(line: string): Command {
  const [, name = '', properties = '', data = ''] = /^::(\S+) (.*?)::(.*)$/s.exec(line) ?? [];
  const pairs = properties.split(',').map((one) => [one.split('=', 1)[0]!, one.slice(one.indexOf('=') + 1)]);
  return {
    name,
    properties: Object.fromEntries(
      pairs.map(([key, value]) => [key, unescaped(value!)]),
    ) as Command['properties'],
    data: unescaped(data),
  };
}

function unescaped(text: string): string {
  const escapes = { '%0D': '\r', '%0A': '\n', '%3A': ':', '%2C': ',', '%25': '%' };
  return text.replace(/%(0D|0A|3A|2C|25)/g, (escape) => escapes[escape as keyof typeof escapes]);
}

describe('the annotation', () => {
  it('of a row that failed is this', () => {
    const row = failedRow('100 % wrong:\nno picture, at all', { id: 'hero, 1' });
    expect(annotationLine(row)).toBe(
      '::error file=rows.jsonl,line=3,title=failed%3A hero%2C 1::100 %25 wrong:%0Ano picture, at all%0Acharged: no',
    );
  });

  it('of an unmet row says what was wanted, and is an error as well', () => {
    const row = resultRow({ state: 'unmet', expectations: [missed()] });
    expect(parseCommand(annotationLine(row)!)).toEqual({
      name: 'error',
      properties: { file: 'rows.jsonl', line: '3', title: 'unmet: rows.jsonl:3' },
      data: 'min_width: wanted 1024, found 800\ncharged: yes ($0.075)',
    });
  });

  it('of an unknown row says what to do', () => {
    const row = resultRow({ state: 'unknown', images: [], place: { file: 'cat.png', line: undefined } });
    expect(parseCommand(annotationLine(row)!)).toMatchObject({
      properties: { file: 'cat.png', title: 'unknown: cat.png' },
      data: expect.stringContaining(
        '\nRun the same batch again: it asks fal first.\ncharged: maybe',
      ) as string,
    });
  });

  test.each(['done', 'pending', 'waiting'] as const)('of a %s row is none', (state) => {
    expect(annotationLine(resultRow({ state }))).toBeUndefined();
  });

  it('does not cut off whether the row was paid for', () => {
    const line = annotationLine(failedRow('%'.repeat(5000)))!;
    expect(line.length).toBeLessThanOrEqual(500);
    expect(line).toMatch(/::(%25)+…%0Acharged: no$/);
  });

  it('has no file rather than half of one', () => {
    const row = failedRow('No.', { place: { file: `${'a/'.repeat(200)}rows.jsonl`, line: 1 } });
    expect(Object.keys(parseCommand(annotationLine(row)!).properties)).toEqual(['title']);
  });

  test.each([
    ['\n::set-output name=a::b', '%0A::set-output name=a::b'],
    ['\r\n::add-mask::x', '%0A::add-mask::x'],
    ['\u2028::stop-commands::x\u0085', '::stop-commands::x'],
    ['\u001b[31mred\u001b[0m\u0007\0', 'red'],
    ['half a cat \ud83d.', 'half a cat \ufffd.'],
    ['\u202egnp.exe', 'gnp.exe'],
  ])('takes the sting out of %j', (message, shown) => {
    expect(annotationLine(failedRow(`no${message}`))).toMatch(new RegExp(`::no${shown}%0Acharged: no$`));
  });
});

test('whatever a row holds, its annotation is one line and one command', () => {
  fc.assert(
    fc.property(anyRow, (row) => {
      const line = annotationLine(row);
      if (line === undefined) return;
      // Control characters, line separators, halves of characters, what turns the reading direction.
      expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u202a-\u202e\u2066-\u2069](?<!\t)/u);
      expect(line.length).toBeLessThanOrEqual(500);
      const { name, properties } = parseCommand(line);
      expect(name).toBe('error');
      expect(Object.keys(properties)).toContain('title');
      expect(['file', 'line', 'title']).toEqual(expect.arrayContaining(Object.keys(properties)));
    }),
    { numRuns: 500 },
  );
});

test('a step shows ten', () => expect(MOST_ANNOTATIONS).toBe(10));
