import { describe, expect, it } from 'vitest';
import type { Ledger } from '../../src/ledger/ledger.js';
import { abandonedJobs, findJob, findMeant, listJobs } from '../../src/ledger/lookup.js';
import { jobIn, Machine, oneProcess } from './machine.js';

const ENDPOINT = { model: 'flux-general', endpoint: 'fal-ai/flux-general/image-to-image' };

/** A job that fal calls by that id; returns ours for it. */
function requested(ledger: Ledger, requestId: string): string {
  return ledger.adopt({ requestId, ...ENDPOINT, via: 'fal', prompt: 'a cat', seed: 1 }).id;
}

describe('The job that a person means', () => {
  it('is the newest by "last", whatever the clock did, and none in an empty ledger', async () => {
    const { ledger, machine } = await oneProcess();
    expect(findMeant(ledger, 'last', false)).toBeUndefined();
    jobIn(ledger, 'saved');
    machine.clock -= 100_000;
    const { id } = jobIn(ledger, 'planned');
    expect(findMeant(ledger, 'last', false)?.id).toBe(id);
  });

  it('is found by its request id, by ours, and by the beginning of either', async () => {
    const { ledger } = await oneProcess();
    const id = requested(ledger, '0197-abcd');
    requested(ledger, '0198-ffff');
    for (const text of ['0197-abcd', '0197', id, id.slice(0, 11)])
      expect(findMeant(ledger, text, false)?.id).toBe(id);
  });

  it('is not found by the middle, the end, more than all, another case or nothing', async () => {
    const { ledger } = await oneProcess();
    requested(ledger, '0197-abcd');
    for (const text of ['97-a', 'abcd', '0197-abcde', '0197-A', '', ' 0197']) {
      expect(findMeant(ledger, text, false)).toBeUndefined();
    }
  });

  it('is the one whose whole id was given, though others begin with that', async () => {
    const { ledger } = await oneProcess();
    const ids = ['aa', 'aaa', 'aaab'].map((requestId) => requested(ledger, requestId));
    expect(findMeant(ledger, 'aa', false)?.id).toBe(ids[0]);
    expect(findMeant(ledger, 'aaa', false)?.id).toBe(ids[1]);
  });

  it('is asked for again where it could be several, with their names', async () => {
    const { ledger } = await oneProcess();
    for (const requestId of ['aaa1', 'aaa2', 'ab1']) requested(ledger, requestId);
    expect(() => findMeant(ledger, 'aaa', false)).toThrow('"aaa" matches several: aaa2, aaa1.');
    requested(ledger, 'aaa3');
    expect(() => findMeant(ledger, 'a', false)).toThrow('"a" matches several: aaa3, ab1, aaa2 and more.');
  });

  it('is asked for by the ids that begin so, not by other ids of the same jobs', async () => {
    const { ledger } = await oneProcess();
    const ids = ['aaa1', 'aaa2'].map((requestId) => requested(ledger, requestId));
    expect(() => findMeant(ledger, 'j', false)).toThrow(`"j" matches several: ${ids[1]}, ${ids[0]}.`);
  });

  it('is one where both of its ids begin so', async () => {
    const { ledger } = await oneProcess();
    const id = requested(ledger, 'j');
    expect(findMeant(ledger, 'j', false)?.id).toBe(id);
  });

  it.each(['%', '_', "'", '"', '\\', '*', '?', '[a-z]', '\u{10ffff}', "' OR 1=1 --", '🐈', '\ud800'])(
    'takes %s as it is',
    async (text) => {
      const { ledger } = await oneProcess();
      requested(ledger, 'plain');
      expect(findMeant(ledger, text, false)).toBeUndefined();
      if (text === '\ud800') return;
      const odd = requested(ledger, `${text}-odd`);
      expect(findMeant(ledger, text, false)?.id).toBe(odd);
      expect(findJob(ledger, 'request_id', `${text}-odd`)?.id).toBe(odd);
    },
  );
});

describe('The list', () => {
  it('has the newest first, by the order of the ledger and not by the clock', async () => {
    const { ledger, machine } = await oneProcess();
    const ids = [5, 3, 9, 1].map((seconds) => {
      machine.clock = seconds * 1000;
      return jobIn(ledger, 'planned').id;
    });
    expect(listJobs(ledger).map(({ id }) => id)).toEqual(ids.toReversed());
    expect(listJobs(ledger, { limit: 2 }).map(({ id }) => id)).toEqual([ids[3], ids[2]]);
    expect(listJobs(ledger, { limit: 0 })).toEqual([]);
    expect(listJobs(ledger, { limit: 99 })).toHaveLength(4);
  });

  it('lets through states, models and times, each alone and all together', async () => {
    const { ledger, machine } = await oneProcess();
    const start = machine.clock;
    const saved = jobIn(ledger, 'saved').id;
    machine.clock += 1;
    const unknown = jobIn(ledger, 'unknown', { model: 'flux-2-lora' }).id;
    machine.clock += 1;
    const late = jobIn(ledger, 'saved', { model: 'flux-2-lora' }).id;
    const idsOf = (...[filter]: Parameters<typeof listJobs> extends [unknown, ...infer R] ? R : never) =>
      listJobs(ledger, filter).map(({ id }) => id);
    expect(idsOf({ states: ['saved'] })).toEqual([late, saved]);
    expect(idsOf({ states: ['unknown', 'saved'] })).toEqual([late, unknown, saved]);
    expect(idsOf({ states: [] })).toEqual([]);
    expect(idsOf({ models: ['flux-2-lora'] })).toEqual([late, unknown]);
    expect(idsOf({ models: ["flux' --"] })).toEqual([]);
    expect(idsOf({ since: start + 1 })).toEqual([late, unknown]);
    expect(idsOf({ states: ['saved'], models: ['flux-2-lora'], since: start + 1, limit: 1 })).toEqual([late]);
    expect(idsOf({ states: ['saved'], models: ['flux-2-lora'], since: start + 3 })).toEqual([]);
  });

  it('leaves out input and result, and is a whole job in all else', async () => {
    const { ledger } = await oneProcess();
    const { id } = jobIn(ledger, 'saved');
    const { input, inputHash, askedHash, result, output, uploads, ...rest } = ledger.mustFind(id);
    expect([input, result, output]).not.toContain(undefined);
    expect([inputHash, askedHash, uploads]).not.toContain(undefined);
    expect(listJobs(ledger)[0]).toEqual({
      ...rest,
      ...{ input: undefined, result: undefined, output: undefined, uploads: [] },
      ...{ inputHash: undefined, askedHash: undefined },
    });
  });
});

describe('What nobody works on', () => {
  it('is what was let go of or whose process is gone, oldest first, of the states asked for', async () => {
    const machine = await Machine.boot();
    const [dead, alive] = [await machine.start(), await machine.start()];
    const first = jobIn(dead.ledger, 'accepted').id;
    jobIn(alive.ledger, 'accepted');
    const second = jobIn(alive.ledger, 'completed').id;
    const unknown = jobIn(alive.ledger, 'unknown').id;
    const intent = jobIn(dead.ledger, 'intent').id;
    jobIn(dead.ledger, 'saved');
    alive.ledger.release(second);
    const idsOf = (...states: Parameters<typeof abandonedJobs>[1]): string[] =>
      abandonedJobs(alive.ledger, states).map(({ id }) => id);
    expect(idsOf('accepted', 'completed')).toEqual([second]);
    machine.kill(dead);
    expect(idsOf('accepted', 'completed')).toEqual([first, second]);
    expect(idsOf('intent', 'unknown')).toEqual([unknown, intent]);
    expect(idsOf()).toEqual([]);
  });
});
