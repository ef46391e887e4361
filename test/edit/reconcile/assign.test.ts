import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assignRequests, type Claimant } from '../../../src/edit/reconcile/assign.js';
import type { PastRequest } from '../../../src/fal/platform/history.js';

const ENDPOINT = 'fal-ai/flux-general/image-to-image';

const player = (seq: number, input: Claimant['input'], more: Partial<Claimant> = {}): Claimant => ({
  seq,
  endpoint: ENDPOINT,
  input,
  intentAt: seq,
  requestId: undefined,
  ...more,
});

const item = (requestId: string, input: PastRequest['input'], endpoint = ENDPOINT): PastRequest => ({
  requestId,
  endpoint,
  statusCode: 200,
  input,
  output: undefined,
});

/** By the jobs' numbers: what each got, and what was left over for it. */
const dealt = (jobs: Claimant[], items: PastRequest[], aliases?: string[][]) =>
  assignRequests(jobs, items, aliases).map(({ job, own, extra, unclear }) => [
    job.seq,
    own?.requestId,
    extra.map(({ requestId }) => requestId),
    unclear.map(({ requestId }) => requestId),
  ]);

const A = { prompt: 'a', seed: 1 };

describe('one job', () => {
  test.each<[string, PastRequest[], unknown[]]>([
    ['nothing at fal', [], [1, undefined, [], []]],
    ['its request', [item('x', A)], [1, 'x', [], []]],
    [
      'its request twice: the newest is listed first, and is the second charge',
      [item('y', A), item('x', A)],
      [1, 'x', ['y'], []],
    ],
    ['another seed', [item('x', { ...A, seed: 2 })], [1, undefined, [], []]],
    ['another model', [item('x', A, 'fal-ai/flux-2/lora/edit')], [1, undefined, [], []]],
    ['a request whose model fal does not name', [item('x', A, '')], [1, 'x', [], []]],
    ['a request with defaults in it', [item('x', { ...A, strength: 0.85 })], [1, 'x', [], []]],
    [
      'one as it was sent and one with more fields, which is another edit',
      [item('y', { ...A, strength: 0.3 }), item('x', A)],
      [1, 'x', [], []],
    ],
    ['a request without an input', [item('x', undefined)], [1, undefined, [], ['x']]],
    ['its request, and one without an input', [item('y', undefined), item('x', A)], [1, 'x', [], ['y']]],
  ])('%s', (_, items, expected) => {
    expect(dealt([player(1, A)], items)).toEqual([expected]);
  });

  test('that has its request already gets what was charged again', () => {
    expect(dealt([player(1, A, { requestId: 'w' })], [item('x', A)])).toEqual([[1, undefined, ['x'], []]]);
  });

  test('without an input is like nothing', () => {
    expect(dealt([player(1, undefined)], [item('x', A)])).toEqual([[1, undefined, [], ['x']]]);
  });
});

describe('several jobs', () => {
  test('with equal inputs get one each, the oldest intent first', () => {
    const jobs = [
      player(1, A, { intentAt: 30 }),
      player(2, A, { intentAt: 10 }),
      player(3, A, { intentAt: 20 }),
    ];
    expect(dealt(jobs, [item('y', A), item('x', A)])).toEqual([
      [2, 'x', [], []],
      [3, 'y', [], []],
      [1, undefined, [], []],
    ]);
  });

  test('with equal inputs: what is left over is a second charge of the first', () => {
    const jobs = [player(1, A), player(2, A)];
    expect(dealt(jobs, [item('z', A), item('y', A), item('x', A)])).toEqual([
      [1, 'x', ['z'], []],
      [2, 'y', [], []],
    ]);
  });

  test('that began at the same millisecond keep the order of the ledger', () => {
    const jobs = [player(2, A, { intentAt: 5 }), player(1, A, { intentAt: 5 })];
    expect(dealt(jobs, [item('x', A)])).toEqual([
      [1, 'x', [], []],
      [2, undefined, [], []],
    ]);
  });

  test('of which one said more: where fal adds defaults, what fits both goes to that one first', () => {
    const more = { ...A, strength: 0.85 };
    const kept = { ...more, num_images: 1 };
    expect(dealt([player(1, A), player(2, more)], [item('y', kept), item('x', kept)])).toEqual([
      [2, 'x', [], []],
      [1, 'y', [], []],
    ]);
  });
});

test('each request is dealt once; each job has one of its own before any is charged twice', () => {
  const kind = fc.nat({ max: 2 });
  const input = (seed: number) => ({ prompt: 'a', seed });
  fc.assert(
    fc.property(fc.array(kind, { maxLength: 6 }), fc.array(kind, { maxLength: 8 }), (asked, listed) => {
      const jobs = asked.map((seed, index) => player(index, input(seed)));
      const items = listed.map((seed, index) => item(`r${index}`, input(seed)));
      const shares = assignRequests(jobs, items);
      const all = shares.flatMap(({ own, extra }) => [...(own === undefined ? [] : [own]), ...extra]);
      expect(new Set(all).size).toBe(all.length);
      for (const seed of [0, 1, 2]) {
        const of = shares.filter(({ job }) => job.input?.['seed'] === seed);
        const there = listed.filter((one) => one === seed).length;
        expect(of.filter(({ own }) => own !== undefined)).toHaveLength(Math.min(of.length, there));
        const extra = of.flatMap((share) => share.extra);
        expect(extra).toHaveLength(of.length === 0 ? 0 : Math.max(0, there - of.length));
        for (const { own, extra: more } of of) {
          for (const one of [...(own === undefined ? [] : [own]), ...more])
            expect(one.input).toEqual(input(seed));
        }
      }
    }),
  );
});

describe('a job whose submit the ledger has lost', () => {
  const seeds = { guess: { seeds: [11, 12, 13] } };
  const users = { guess: { seeds: undefined } };
  const failed = (one: PastRequest): PastRequest => ({ ...one, statusCode: 500 });

  test.each<[string, Claimant[], PastRequest[], unknown[][]]>([
    [
      'has the request with a seed of one of its attempts',
      [player(1, { prompt: 'a' }, seeds)],
      [item('y', { prompt: 'a', seed: 99 }), item('x', { prompt: 'a', seed: 12 })],
      [[1, 'x', [], []]],
    ],
    [
      'has the attempt that did not fail, and the others besides',
      [player(1, { prompt: 'a' }, seeds)],
      [item('y', { prompt: 'a', seed: 12 }), failed(item('x', { prompt: 'a', seed: 11 }))],
      [[1, 'y', ['x'], []]],
    ],
    [
      'may have one whose seed fal has not kept',
      [player(1, { prompt: 'a' }, seeds)],
      [item('x', { prompt: 'a' })],
      [[1, undefined, [], ['x']]],
    ],
    [
      'has the only request with what the user gave',
      [player(1, A, users)],
      [item('x', { ...A, image_url: 'https://x/1' })],
      [[1, 'x', [], []]],
    ],
    [
      'is not told from another one that differs in its files alone',
      [player(1, A, users), player(2, A, users)],
      [item('x', { ...A, image_url: 'https://x/1' })],
      [
        [1, undefined, [], ['x']],
        [2, undefined, [], ['x']],
      ],
    ],
  ])('%s', (_, jobs, items, expected) => {
    expect(dealt(jobs, items)).toEqual(expected);
  });
});
