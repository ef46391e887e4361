import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { BatchSummary, ResultRow } from '../../src/batch/rows/result-row.js';
import { junitXml, type JunitOptions } from '../../src/report/junit.js';
import { parseXml, type XmlElement } from './parse-xml.js';
import { anyRow, anyText, batchSummary, failedRow, missed, resultImage, resultRow } from './rows.js';

function documentOf(rows: ResultRow[], summary = batchSummary(), options?: JunitOptions): string {
  return [...junitXml(summary, rows, options)].join('');
}

/** The test case of one row, read back. */
function caseOf(row: ResultRow, options?: JunitOptions, summary?: BatchSummary): XmlElement {
  return parseXml(documentOf([row], summary, options)).children[0]!.children[0]!;
}

function child(element: XmlElement, name: string): XmlElement | undefined {
  return element.children.find((one) => one.name === name);
}

const UNKNOWN = {
  // Why it is unknown; that it is, is the type of the error.
  kind: 'temporary',
  message: 'The answer was lost.',
  hint: 'fal-edit reconcile j1',
  charged: 'maybe',
} as const;

describe('the document', () => {
  it('is this', () => {
    const summary = batchSummary({}, { done: 1, failed: 1, pending: 1 });
    const rows = [
      resultRow({ id: 'hero' }),
      failedRow('No <picture>\nat all.', { place: { file: 'rows.jsonl', line: 4 }, request_id: null }),
      resultRow({
        id: 'later',
        state: 'pending',
        images: [],
        timings: NEVER,
        cost: UNBILLED,
        request_id: null,
      }),
    ];
    expect(documentOf(rows, summary, { outDir: 'out' })).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="fal-edit" tests="3" failures="1" errors="0" time="125.000">
  <testsuite name="fal-edit rows.jsonl" tests="3" failures="1" errors="0" skipped="1" time="125.000" timestamp="2026-07-25T10:00:00.000Z">
    <testcase classname="rows.jsonl" name="hero" file="rows.jsonl" line="3" time="1.234">
      <properties>
        <property name="key" value="c0ffee00"/>
        <property name="seed" value="7"/>
        <property name="request_id" value="baeaeeb9-5e85"/>
        <property name="cost_usd" value="0.075"/>
      </properties>
      <system-out>[[ATTACHMENT|out/cat.png]]</system-out>
    </testcase>
    <testcase classname="rows.jsonl" name="rows.jsonl:4 a snowy evening" file="rows.jsonl" line="4" time="1.234">
      <properties>
        <property name="key" value="c0ffee00"/>
        <property name="seed" value="7"/>
      </properties>
      <failure type="failed" message="No &lt;picture&gt; at all.">No &lt;picture&gt;
at all.
charged: no</failure>
    </testcase>
    <testcase classname="rows.jsonl" name="later" file="rows.jsonl" line="3" time="0.000">
      <properties>
        <property name="key" value="c0ffee00"/>
        <property name="seed" value="7"/>
      </properties>
      <skipped message="Not sent."/>
    </testcase>
  </testsuite>
</testsuites>
`);
  });

  it('counts by the summary, and begins before the first row is asked for', () => {
    const states = { done: 1, unmet: 2, failed: 4, moderated: 8, unknown: 16, waiting: 32, pending: 64 };
    const pieces = junitXml(batchSummary({ source: 'a "b" & c' }, states), {
      [Symbol.iterator]: () => {
        throw new Error('a row was asked for');
      },
    });
    const head = pieces.next().value as string;
    const suites = parseXml(`${head}</testsuite></testsuites>`);
    expect(suites.attributes).toMatchObject({ tests: '127', failures: '14', errors: '16' });
    expect(suites.children[0]!.attributes).toMatchObject({
      name: 'fal-edit a "b" & c',
      tests: '127',
      failures: '14',
      errors: '16',
      skipped: '96',
    });
  });

  it('holds one row at a time', () => {
    let made = 0;
    function* rows(): Generator<ResultRow> {
      for (; made < 20_000; made++) yield resultRow({ id: String(made) });
    }
    let pieces = 0;
    for (const piece of junitXml(batchSummary(), rows())) {
      expect(piece.length).toBeLessThan(1000);
      expect(made).toBeLessThanOrEqual(pieces);
      pieces++;
    }
    expect(pieces).toBe(20_002);
  });
});

const NEVER = { queued_ms: null, inference_ms: null, total_ms: null };
const UNBILLED = { estimated_usd: 0.075, billed_units: null, unit_price_usd: null, billed_usd: null };

describe('a test case', () => {
  test.each<[string, Partial<ResultRow>, string, Record<string, string>, string]>([
    [
      'unmet',
      { state: 'unmet', expectations: [missed(), missed({ expectation: 'format', met: true })] },
      'failure',
      { type: 'expectation', message: 'min_width: wanted 1024, found 800' },
      'min_width: wanted 1024, found 800\ncharged: yes ($0.075)',
    ],
    [
      'unmet, in the second of two pictures, which could not be measured',
      {
        state: 'unmet',
        images: [resultImage('a.png'), resultImage('b.png')],
        expectations: [missed({ expectation: 'max_change', wanted: 0.4, found: null, image: 1 })],
      },
      'failure',
      { type: 'expectation', message: 'picture 2: max_change: wanted 0.4, it could not be measured' },
      'picture 2: max_change: wanted 0.4, it could not be measured\ncharged: yes ($0.075)',
    ],
    [
      'moderated',
      {
        state: 'moderated',
        error: { kind: 'moderated', message: 'Refused.', hint: 'Ask otherwise.', charged: 'no' },
      },
      'failure',
      { type: 'moderated', message: 'Refused.' },
      'Refused.\nhint: Ask otherwise.\ncharged: no',
    ],
    [
      'unknown',
      { state: 'unknown', error: UNKNOWN, cost: UNBILLED },
      'error',
      { type: 'unknown', message: 'The answer was lost.' },
      'The answer was lost.\nhint: fal-edit reconcile j1\ncharged: maybe',
    ],
    [
      'unknown, without a word',
      { state: 'unknown', cost: UNBILLED },
      'error',
      { type: 'unknown', message: 'It may have been sent; the outcome is unknown.' },
      'It may have been sent; the outcome is unknown.\nhint: Run the same batch again: it asks fal first.\ncharged: maybe',
    ],
    [
      'waiting',
      { state: 'waiting' },
      'skipped',
      { message: 'fal accepted it, and not all of its pictures are fetched yet.' },
      '',
    ],
    [
      'pending, refused for now',
      { state: 'pending', error: { kind: 'temporary', message: 'No network.', hint: null, charged: 'no' } },
      'skipped',
      { message: 'No network.' },
      '',
    ],
  ])('%s', (_, changes, element, attributes, text) => {
    const found = child(caseOf(resultRow(changes)), element);
    expect(found).toMatchObject({ attributes, text });
  });

  it('has its elements in the order of the schema', () => {
    const row = resultRow({ state: 'unmet', expectations: [missed()] });
    expect(caseOf(row).children.map(({ name }) => name)).toEqual(['properties', 'failure', 'system-out']);
  });

  it('without an id is named by its place and the beginning of its prompt', () => {
    const row = resultRow({ prompt: `two\nlines ${'x'.repeat(200)}` });
    const { name } = caseOf(row).attributes;
    expect(name).toBe(`rows.jsonl:3 two lines ${'x'.repeat(69)}…`);
  });

  it('does not end with half of a cat', () => {
    expect(caseOf(resultRow({ prompt: `${'x'.repeat(78)}🐱🐱` })).attributes['name']).toMatch(/x…$/);
  });

  it('of a picture belongs to what the user named, and has no line', () => {
    const row = resultRow({ place: { file: 'photos/a.png', line: undefined } });
    const { attributes } = caseOf(row, {}, batchSummary({ source: 'photos/' }));
    expect(attributes).toEqual({
      classname: 'photos/',
      name: 'photos/a.png a snowy evening',
      file: 'photos/a.png',
      time: '1.234',
    });
  });

  it('replaces what XML cannot hold, and keeps the rest of an id', () => {
    const id = 'a\0\u001b\u009b\ud800\ufffe\uffff\n\t"<&>\'🐱';
    expect(caseOf(resultRow({ id })).attributes['name']).toBe(`a${'\ufffd'.repeat(6)}\n\t"<&>'🐱`);
  });
});

describe('attachments', () => {
  test.each<[string, string, string]>([
    ['a.png', '', '[[ATTACHMENT|a.png]]'],
    ['sub/a b.png', 'out/', '[[ATTACHMENT|out/sub/a b.png]]'],
    ['a[1].png', '/ci/out', '[[ATTACHMENT|/ci/out/a[1].png]]'],
    ['a&<b>.png', '', '[[ATTACHMENT|a&<b>.png]]'],
  ])('%s in %j', (path, outDir, line) => {
    const row = resultRow({ images: [resultImage(path), resultImage(null)] });
    expect(child(caseOf(row, { outDir }), 'system-out')?.text).toBe(line);
  });

  test.each([
    'a]]\n[[ATTACHMENT|/etc/passwd',
    'a|b.png',
    'a]].png',
    'a]',
    'a\rb',
    '../secret',
    'a/../../secret',
    'a\\..\\..\\secret',
    '/etc/passwd',
    'C:\\secret',
    '',
  ])('%j is none', (path) => {
    const row = resultRow({ images: [resultImage(path)] });
    expect(child(caseOf(row, { outDir: 'out' }), 'system-out')).toBeUndefined();
  });
});

test('whatever a row holds, the document is well-formed and names no file beyond the out-dir', () => {
  fc.assert(
    fc.property(fc.array(anyRow, { maxLength: 3 }), anyText, (rows, source) => {
      const suites = parseXml(documentOf(rows, batchSummary({ source }), { outDir: 'out' }));
      const cases = suites.children[0]!.children;
      expect(cases.map(({ name }) => name)).toEqual(rows.map(() => 'testcase'));
      for (const line of cases.flatMap((one) => child(one, 'system-out')?.text.split('\n') ?? [])) {
        expect(line).toMatch(/^\[\[ATTACHMENT\|out\/(?!.*\]\].)[^|]+\]\]$/);
      }
    }),
  );
});
