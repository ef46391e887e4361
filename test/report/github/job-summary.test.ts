import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { inert } from '../../../src/report/github/inert.js';
import { jobSummary, MOST_SUMMARY_ROWS } from '../../../src/report/github/job-summary.js';
import { anyRow, anyText, batchSummary, failedRow, missed, resultRow } from '../rows.js';

describe('the summary', () => {
  it('of a batch that went well is this', () => {
    const summary = batchSummary(
      { cost: { billed_usd: 1.2, outstanding_usd: 0, pending_usd: 0 } },
      { done: 16 },
    );
    expect(jobSummary(summary, [])).toBe(`## fal-edit batch: done

Batch of rows.jsonl: everything asked for was done (exit code 0).

| done | unmet | failed | moderated | unknown | waiting | pending |
| --: | --: | --: | --: | --: | --: | --: |
| 16 | 0 | 0 | 0 | 0 | 0 | 0 |

- Rows: 16
- Cost: &#36;1.20 billed, &#36;0.00 outstanding, &#36;0.00 for rows not sent yet
- Time: 2 m 05 s
`);
  });

  it('of one that did not is this', () => {
    const summary = batchSummary(
      {
        status: 'unknown',
        exit_code: 9,
        source: 'my_rows*.csv',
        shard: '2/8',
        invalid: 2,
        run: {
          submitted: 3,
          uploads: 1,
          uploaded_bytes: 9,
          total_ms: 850,
          stopped: '--max-cost <5> was reached',
          assumed_costs: [],
        },
        cost: { billed_usd: 0.075, outstanding_usd: 0.15, pending_usd: 0.3 },
      },
      { done: 1, unmet: 1, unknown: 2, failed: 1, pending: 4 },
    );
    const worst = [
      resultRow({
        state: 'unknown',
        id: 'hero|1',
        cost: { estimated_usd: null, billed_units: null, unit_price_usd: null, billed_usd: null },
        error: { kind: 'unknown', message: 'Lost.', hint: 'fal-edit reconcile j1', charged: 'maybe' },
        request_id: null,
      }),
      failedRow('a\n<b>'),
      resultRow({ state: 'unmet', expectations: [missed()] }),
    ];
    expect(jobSummary(summary, worst)).toBe(`## fal-edit batch: unknown

Batch of my&#95;rows&#42;.csv, shard 2/8: a submit was sent and its outcome is unknown: \`fal-edit reconcile\` (exit code 9).

| done | unmet | failed | moderated | unknown | waiting | pending |
| --: | --: | --: | --: | --: | --: | --: |
| 1 | 1 | 1 | 0 | 2 | 0 | 4 |

- Rows: 9, and 2 skipped as invalid
- Cost: &#36;0.075 billed, &#36;0.15 outstanding, &#36;0.30 for rows not sent yet
- Time: 850 ms
- Stopped early: --max-cost &#60;5&#62; was reached

| Row | State | What happened | Request | Charged |
| --- | --- | --- | --- | --- |
| hero&#124;1 | unknown | Lost. fal-edit reconcile j1 |  | maybe |
| rows.jsonl:3 | failed | a &#60;b&#62; | baeaeeb9-5e85 | no |
| rows.jsonl:3 | unmet | min&#95;width: wanted 1024, found 800 | baeaeeb9-5e85 | yes (&#36;0.075) |

1 more row is not listed here; results.jsonl lists all.
`);
  });

  it('shows fifty rows and counts the others, held or not', () => {
    const summary = batchSummary({ status: 'partial', exit_code: 3 }, { failed: 700 });
    const held = Array.from({ length: 60 }, () => failedRow('No.'));
    for (const offered of [50, 60]) {
      const text = jobSummary(summary, held.slice(0, offered));
      expect(text.match(/\| failed \| No\. /g)).toHaveLength(MOST_SUMMARY_ROWS);
      expect(text).toContain('\n650 more rows are not listed here;');
    }
  });

  it('counts rows that are not over where they were offered', () => {
    const summary = batchSummary({}, { failed: 1, pending: 60 });
    const pending = Array.from({ length: 60 }, () => resultRow({ state: 'pending' }));
    expect(jobSummary(summary, [failedRow('No.'), ...pending])).toContain('\n11 more rows are not listed');
    expect(jobSummary(summary, [failedRow('No.')])).not.toContain('not listed');
  });

  test.each(['|', '@', '🐱', '写', '\u0000|', 'www.'])('stays below 900 KiB with rows full of %j', (text) => {
    const much = text.repeat(20_000);
    const row = failedRow(much, { id: much, request_id: much });
    const summary = batchSummary({ source: much, shard: much }, { failed: 1000 });
    summary.run.stopped = much;
    const written = jobSummary(summary, Array<typeof row>(1000).fill(row));
    expect(Buffer.byteLength(written)).toBeLessThan(900 * 1024);
  });
});

describe('a text from outside', () => {
  test.each([
    [
      '*bold* _it_ `code` ~~gone~~',
      '&#42;bold&#42; &#95;it&#95; &#96;code&#96; &#126;&#126;gone&#126;&#126;',
    ],
    ['<script>&amp;', '&#60;script&#62;&#38;amp;'],
    ['a|b\\|c', 'a&#124;b&#92;&#124;c'],
    ['[x](javascript:a) ![y](z)', '&#91;x&#93;(javascript:a) !&#91;y&#93;(z)'],
    ['$a$', '&#36;a&#36;'],
    ['@user #12 a@b.example', '@\u200buser #\u200b12 a@\u200bb.example'],
    ['https://x.example WWW.x.example', 'https:\u200b//x.example WWW\u200b.x.example'],
    [':tada: rows.csv:100: wrong', ':\u200btada: rows.csv:\u200b100: wrong'],
    ['one\r\n\n# two\t\u2028three', 'one #\u200b two three'],
    ['\u001b[31mred\u202e\0 half \ud83d', 'red half '],
  ])('%j is inert', (text, shown) => expect(inert(text, 200)).toBe(shown));

  it('is cut', () => expect(inert(`${'x'.repeat(9)}||`, 10)).toBe(`${'x'.repeat(9)}…`));
});

test('whatever a row holds, each line of a table has its cells, and nothing is markup', () => {
  fc.assert(
    fc.property(fc.array(anyRow, { maxLength: 4 }), anyText, (rows, source) => {
      const text = jobSummary(batchSummary({ source, shard: source }), rows);
      const lines = text.split('\n');
      const at = lines.findIndex((line) => line.startsWith('| Row |'));
      const table = at === -1 ? [] : lines.slice(at).filter((line) => line.startsWith('|'));
      expect(table).toHaveLength(rows.length === 0 ? 0 : rows.length + 2);
      for (const line of table) expect(line.split('|')).toHaveLength(7);
      // Nothing but the table and the references that we write ourselves.
      const cells = table
        .slice(2)
        .join('')
        .replace(/&#\d+;/g, '')
        .replaceAll('|', '');
      expect(cells).not.toMatch(/[\\`*_~[\]<>&$\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u);
      expect(cells).not.toMatch(/https?:\/\/|www\.|[@#](?!\u200b)/i);
      // No line that we did not begin.
      expect(lines.filter((line) => /^(#|- |Batch|\||$|\d+ more)/.test(line))).toHaveLength(lines.length);
    }),
    { numRuns: 300 },
  );
});
