import { describe, expect, it } from 'vitest';
import { summarise } from '../../../src/study/compare/summary.js';
import { both, edit, MODELS } from './edits.js';

describe('summarise', () => {
  it('has medians and the middle half of what came out', () => {
    const edits = [0.1, 0.2, 0.3, 0.4, 0.5].map((change, seed) => edit({ change, seed }));
    const [own] = summarise(['flux-general'], [...edits, edit({ state: 'failed', change: 0.9 })], []);
    expect(own).toMatchObject({ edits: 6, done: 5, failed: 1, moderated: 0, open: 0 });
    expect(own?.measures.change).toEqual({ count: 5, lower: 0.2, median: 0.3, upper: 0.4 });
    expect(own?.measures.scatter).toBeNull();
  });

  it('keeps models apart, in the order in which they are named', () => {
    const summaries = summarise(
      MODELS,
      both(3, () => ({ change: 0.6 })),
      [],
    );
    expect(summaries.map(({ model, measures }) => [model, measures.change?.median])).toEqual([
      ['flux-general', 0.3],
      ['flux-2-lora', 0.6],
    ]);
  });

  it('has what was measured of the seeds', () => {
    const scattered = [0.1, 0.3].map((scatter) => ({ model: 'flux-general', subject: '', scatter }));
    expect(summarise(['flux-general'], [edit()], scattered)[0]?.measures.scatter?.median).toBeCloseTo(0.2);
  });

  it('has pictures that came out pay for those that were billed and did not', () => {
    const edits = [edit({ seed: 1 }), edit({ seed: 2 }), edit({ seed: 3, state: 'moderated' })];
    expect(summarise(['flux-general'], edits, [])[0]?.cost).toEqual({
      billed_usd: 0.225,
      per_100_pictures_usd: 11.25,
      is_estimate: false,
    });
  });

  it('claims no cost where it is unknown', () => {
    const one = edit();
    const unbilled = { ...one.result.cost, billed_usd: null, estimated_usd: null };
    const unknown = { ...one, result: { ...one.result, cost: unbilled } };
    const [own] = summarise(['flux-general'], [unknown, edit({ seed: 2, state: 'failed' })], []);
    expect(own?.cost).toMatchObject({ per_100_pictures_usd: null, is_estimate: true });
  });

  it('does not count what fal has not billed yet among the billed', () => {
    const edits = [edit({ seed: 1 }), edit({ seed: 2, billedUsd: null })];
    expect(summarise(['flux-general'], edits, [])[0]?.cost).toMatchObject({ per_100_pictures_usd: 7.5 });
  });

  it('estimates where nothing is billed, and says so', () => {
    expect(summarise(['flux-general'], [edit({ billedUsd: null })], [])[0]?.cost).toEqual({
      billed_usd: 0,
      per_100_pictures_usd: 8,
      is_estimate: true,
    });
  });

  it('has no cost of no picture, and the commonest reason', () => {
    const edits = ['rare', 'common', 'common'].map((error, seed) =>
      edit({ seed, state: 'failed', error, billedUsd: null }),
    );
    expect(summarise(['flux-general'], edits, [])[0]).toMatchObject({
      failure: 'common',
      cost: { per_100_pictures_usd: null },
    });
  });
});
