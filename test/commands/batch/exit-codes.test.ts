/* How a batch ends: the exit code for shells, the kind for scripts, the same in summary.json. */
import { describe, expect, it, test } from 'vitest';
import { EXIT_CODES } from '../../../src/exit-codes.js';
import { InterruptedError } from '../../../src/errors/error.js';
import { statusToxic } from '../../edit/harness.js';
import type { TestSandboxSettings } from '../../support/sandbox.js';
import { batchScene, jsonl, summaryIn, type BatchScene } from './scene.js';

const row = (prompt: string, more: object = {}) => ({ image: 'a.png', prompt, ...more });
const FAIL = row('[sandbox:fail]');
const POLICY = row('[sandbox:policy]');
const NSFW = row('[sandbox:nsfw]');
const UNMET = row('x', { expect: { min_width: 9_999 } });

interface Ending {
  rows: object[];
  flags?: string[];
  settings?: TestSandboxSettings;
  before?: (scene: BatchScene) => unknown;
  code: number;
  kind: keyof typeof EXIT_CODES | 'ok';
}

const ENDINGS: [string, Ending][] = [
  ['all are done', { rows: [row('a'), row('b')], code: 0, kind: 'ok' }],
  [
    'all are sent, which is all that was asked for',
    { rows: [row('a')], flags: ['--submit-only'], code: 0, kind: 'ok' },
  ],
  ['all failed', { rows: [FAIL, FAIL], code: 1, kind: 'failed' }],
  ['the only one failed', { rows: [FAIL], code: 1, kind: 'failed' }],
  ['all failed, each in its own way', { rows: [FAIL, POLICY], code: 1, kind: 'failed' }],
  ['all failed or are not as expected', { rows: [FAIL, UNMET], code: 3, kind: 'partial' }],
  ['all were moderated', { rows: [POLICY, NSFW], code: 6, kind: 'moderated' }],
  ['some failed', { rows: [row('a'), FAIL], code: 3, kind: 'partial' }],
  ['some were moderated', { rows: [row('a'), POLICY], code: 3, kind: 'partial' }],
  ['some were left out', { rows: [row('a'), {}], flags: ['--skip-invalid'], code: 3, kind: 'partial' }],
  [
    'some failed, and others wait',
    { rows: [row('a'), FAIL], flags: ['--max-jobs', '1'], code: 8, kind: 'budget' },
  ],
  ['some are not as expected', { rows: [row('a'), UNMET], code: 10, kind: 'expectation' }],
  ['all are not as expected', { rows: [UNMET], code: 10, kind: 'expectation' }],
  [
    'the deadline came',
    {
      rows: [row('a')],
      settings: { queueMs: 60_000 },
      flags: ['--timeout', '100ms'],
      code: 7,
      kind: 'temporary',
    },
  ],
  [
    'a cap was reached',
    { rows: [row('a'), row('b')], flags: ['--max-cost', '0.1'], code: 8, kind: 'budget' },
  ],
  [
    'too many failed',
    {
      rows: [FAIL, FAIL, FAIL],
      flags: ['--max-failures', '1', '--concurrency', '1'],
      code: 3,
      kind: 'partial',
    },
  ],
  [
    'nobody knows of one',
    {
      rows: [row('a'), FAIL],
      settings: { historyDelayMs: 3_600_000 },
      before: ({ fal }) => fal.addToxic({ type: 'reset_peer', on: 'submit', stream: 'downstream', times: 1 }),
      code: 9,
      kind: 'unknown',
    },
  ],
  [
    'the key is wrong',
    {
      rows: [row('a')],
      before: ({ fal }) => fal.addToxic(statusToxic('submit', 401)),
      code: 4,
      kind: 'auth',
    },
  ],
  [
    'the account is locked',
    {
      rows: [row('a')],
      before: ({ fal }) => fal.addToxic(statusToxic('submit', 403, { detail: 'User is locked.' })),
      code: 5,
      kind: 'account',
    },
  ],
];

describe('a batch ends', () => {
  test.each(ENDINGS)('where %s', async (_, { rows, flags = [], settings = {}, before, code, kind }) => {
    const scene = await batchScene({ 'rows.jsonl': jsonl(...rows) }, settings);
    await before?.(scene);
    const result = await scene.batch('rows.jsonl', '--json', ...flags);
    expect(result.code, result.stderr).toBe(code);
    if (kind !== 'ok') expect(code).toBe(EXIT_CODES[kind].code);
    const document = result.json<{ status: string; exit_code: number; error?: { kind: string } }>();
    expect([document.status, document.error?.kind]).toEqual(
      kind === 'ok' ? ['ok', undefined] : ['error', kind],
    );
    expect(document.exit_code).toBe(code);
    expect(await summaryIn(scene)).toMatchObject({ status: kind, exit_code: code });
  });

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('by %s', async (name, code) => {
    const scene = await batchScene({ 'rows.jsonl': jsonl(row('a')) }, { queueMs: 60_000 });
    const stop = new AbortController();
    const running = scene.run(['rows.jsonl', '-d', 'out', '--no-report', '--json'], {
      context: { signal: stop.signal },
    });
    scene.fal.addToxic({ type: 'latency', on: 'stream', latency: 0, name: 'stream' });
    await scene.fal.reached('stream');
    stop.abort(new InterruptedError(name));
    const result = await running;
    expect(result.code, result.stderr).toBe(code);
    expect(result.json()).toMatchObject({ status: 'error', exit_code: code, error: { kind: 'interrupted' } });
  });
});

describe('what ends before there is a batch', () => {
  test.each<[string, string[], number, string]>([
    ['a flag that there is not', ['rows.jsonl', '--no-such-flag'], 2, 'usage'],
    ['a value that cannot be', ['rows.jsonl', '--concurrency', 'x'], 2, 'usage'],
    ['a file that is not there', ['no.jsonl'], 2, 'input'],
    ['a proxy that is none', ['rows.jsonl', '--proxy-url', 'nonsense'], 2, 'usage'],
  ])('%s', async (_, argv, code, kind) => {
    const { run, fal } = await batchScene({ 'rows.jsonl': jsonl(row('a')) });
    const result = await run([...argv, '-d', 'out', '--json']);
    expect(result.code).toBe(code);
    expect(result.json()).toMatchObject({ status: 'error', error: { kind, charged: 'no' } });
    expect(fal.ledger().requests.total).toBe(0);
  });

  it('no key', async () => {
    const { run } = await batchScene({ 'rows.jsonl': jsonl(row('a')) });
    const result = await run(['rows.jsonl', '-d', 'out', '--json'], { env: {} });
    expect(result.code).toBe(4);
    expect(result.json()).toMatchObject({ error: { kind: 'auth', charged: 'no' } });
  });
});

it('--help says all of it, and nothing is done', async () => {
  const { run, fal } = await batchScene();
  const { code, stdout, stderr } = await run(['--help']);
  expect([code, stderr]).toEqual([0, '']);
  for (const text of [
    'fal-edit batch <manifest | picture...>',
    '--out-dir',
    '--shard',
    '--frozen',
    'Exit codes:',
  ]) {
    expect(stdout).toContain(text);
  }
  expect(fal.ledger().requests.total).toBe(0);
});
