/* Rows by a model whose price is not ours to know: they are refused, or kept within the caps by an assumed cost. */
import { describe, expect, it, test } from 'vitest';
import { SANDBOX_KEY } from '../../../src/fal/connection.js';
import type { SandboxPrice } from '../../../src/sandbox/documents/document.js';
import { CREDITS, expectOnlyQuestions, UNLISTED, withUnlisted } from '../../support/unlisted.js';
import { compareScene } from '../compare/scene.js';
import { sweepScene } from '../sweep/scene.js';
import { batchScene, jsonl, resultsIn, summaryIn, type BatchScene } from './scene.js';

const row = (prompt: string, model?: string): object => ({
  ...{ image: 'a.png', prompt },
  ...(model === undefined ? {} : { model }),
});
const unlisted = (count: number): object[] =>
  Array.from({ length: count }, (_, n) => row(`snow ${n}`, UNLISTED));

function sceneWith(rows: object[], price?: SandboxPrice): Promise<BatchScene> {
  return batchScene({ 'rows.jsonl': jsonl(...rows) }, withUnlisted(price));
}

describe('Rows of unknown cost', () => {
  test.each<[string, string[]]>([
    ['without a cap', []],
    ['with one', ['--max-cost', '100']],
    ['with --yes', ['--yes']],
  ])('are refused %s, and nothing is sent', async (_, flags) => {
    const scene = await sceneWith([row('snow'), ...unlisted(2)], CREDITS);
    const { code, stderr } = await scene.batch('rows.jsonl', ...flags);
    expect(code, stderr).toBe(8);
    expect(stderr).toContain(
      `The cost of 2 rows is unknown: ${UNLISTED} (billed by the credit). Nothing was sent.`,
    );
    expect(stderr).toContain('--assume-cost');
    expect(stderr).not.toContain('$0.00');
    expectOnlyQuestions(scene.fal);
  });

  it('are refused by compare and sweep as well', async () => {
    const compared = await compareScene({}, withUnlisted(CREDITS));
    const comparison = await compared.compare(['a.png'], { models: `flux-general,${UNLISTED}` });
    expect(comparison.code, comparison.stderr).toBe(8);
    expectOnlyQuestions(compared.fal);
    const swept = await sweepScene({}, withUnlisted(CREDITS));
    const sweep = await swept.sweep({ model: UNLISTED, vary: ['safety_tolerance=1,2'] });
    expect(sweep.code, sweep.stderr).toBe(8);
    expectOnlyQuestions(swept.fal);
    expect([comparison.stderr, sweep.stderr].every((text) => text.includes('--assume-cost'))).toBe(true);
  });

  it('are sent with an assumed cost, and the summary says what stood for it', async () => {
    const scene = await sceneWith([row('snow'), ...unlisted(2)], CREDITS);
    const { code, stderr } = await scene.batch('rows.jsonl', '--assume-cost', '0.10', '--concurrency', '1');
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('3 rows to send, about $0.275 ($0.075 calculated, $0.20 assumed).');
    expect(stderr).toContain(
      `Price of ${UNLISTED}: unknown, assumed $0.10 an edit, measured $0.05 (mean of 2 bills), which the caps went by from the first bill.`,
    );
    expect((await summaryIn(scene)).run.assumed_costs).toEqual([
      { endpoint: UNLISTED, assumed_usd: 0.1, measured_usd: 0.05, bills: 2 },
    ]);
    const costs = (await resultsIn(scene)).map(({ cost }) => cost);
    expect(costs[0]).toMatchObject({ grade: 'calculated', estimated_usd: 0.075, billed_usd: 0.075 });
    // The last one may be sent before the first is billed.
    for (const { grade, billed_usd: billed } of costs.slice(1)) {
      expect([['assumed', 'measured'].includes(grade ?? ''), billed]).toEqual([true, 0.05]);
    }
  });

  it('need no assumption once the batch has bills', async () => {
    const scene = await sceneWith(unlisted(1), CREDITS);
    expect((await scene.batch('rows.jsonl', '--assume-cost', '0.10')).code).toBe(0);
    await scene.write({ 'rows.jsonl': jsonl(...unlisted(3)) });
    const { code, stderr } = await scene.batch('rows.jsonl');
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining('2 rows to send, about $0.10, as measured in this batch.'),
    ]);
  });

  it('are shown by a dry run', async () => {
    const scene = await sceneWith([row('snow'), ...unlisted(2)], CREDITS);
    const dry = await scene.batch('rows.jsonl', '-n');
    expect([dry.code, dry.stdout]).toEqual([
      0,
      expect.stringContaining('Estimated cost: $0.075, calculated, and an unknown cost for 2 edits\n'),
    ]);
    expect(dry.stdout).toContain(`  ${UNLISTED}: 2 rows, cost unknown\n`);
    expect((await scene.batch('rows.jsonl', '-n', '--json')).json()).toMatchObject({
      estimated_usd: null,
      by_grade: {
        calculated: { rows: 1, estimated_usd: 0.075 },
        unknown: { rows: 2, estimated_usd: null },
      },
      by_model: { [UNLISTED]: { rows: 2, estimated_usd: null } },
    });
    const assumed = await scene.batch('rows.jsonl', '-n', '--assume-cost', '0.10');
    expect(assumed.stdout).toContain('Estimated cost: $0.275 ($0.075 calculated, $0.20 assumed)\n');
    expect(scene.fal.ledger().requests.by_role.pricing).toBeUndefined();
    expectOnlyQuestions(scene.fal);
  });

  it('are no obstacle on the sandbox, which claims no price', async () => {
    const scene = await sceneWith(unlisted(2), CREDITS);
    const env = { ...scene.fal.env, FAL_KEY: SANDBOX_KEY };
    const { code, stderr } = await scene.run(
      ['rows.jsonl', '-d', 'out', '--no-report', '--max-cost', '1', '--daily-cap', '1'],
      { env },
    );
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('2 rows to send, sandbox: nothing is charged.');
    expect(stderr).not.toMatch(/\$0\.00|measured/);
  });
});

describe('Caps', () => {
  test.each<[string, number, SandboxPrice | undefined, string]>([
    // $0.10 for the first, then $0.05 for each: 0.05 + 0.05 + 0.05 = 0.15.
    ['go by the bills once there are some', 3, CREDITS, '0.15'],
    ['stay with the assumption while there are none', 1, undefined, '0.15'],
    ['hold where less than the assumption is left', 0, CREDITS, '0.09'],
    ['hold where the bills exceed the assumption', 1, { ...CREDITS, unitPrice: 0.12 }, '0.10'],
  ])('%s: %d of five rows are sent', async (_, sent, price, cap) => {
    for (const flag of ['--max-cost', '--daily-cap']) {
      const scene = await sceneWith(unlisted(5), price);
      const flags = ['--assume-cost', '0.10', '--concurrency', '1', flag, cap];
      const { code, stderr } = await scene.batch('rows.jsonl', ...flags);
      expect([flag, code, scene.fal.ledger().accepted.length], stderr).toEqual([flag, 8, sent]);
    }
  });

  it('count assumed costs while they run, several at once', async () => {
    const scene = await sceneWith(unlisted(5), undefined);
    const { code } = await scene.batch('rows.jsonl', '--assume-cost', '0.10', '--max-cost', '0.35');
    expect([code, scene.fal.ledger().accepted.length]).toEqual([8, 3]);
  });
});

test.each<[string, SandboxPrice, string]>([
  ['calculated', { unitPrice: 0.04, unit: 'images' }, 'about $0.08, calculated'],
  ['history', { ...CREDITS, callPrice: 0.06 }, "about $0.12, from fal's history"],
])('A price that fal knows is asked for before the run: %s', async (grade, price, words) => {
  const scene = await sceneWith(unlisted(2), price);
  const { code, stderr } = await scene.batch('rows.jsonl', '--max-cost', '1');
  expect([code, stderr]).toEqual([0, expect.stringContaining(`2 rows to send, ${words}.`)]);
  expect((await resultsIn(scene)).map(({ cost }) => cost.grade)).toEqual([grade, grade]);
});
