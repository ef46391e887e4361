import { describe, expect, it, test } from 'vitest';
import { comparisonDocument } from '../../../src/report/compare/document.js';
import { modelTable } from '../../../src/report/compare/tables.js';
import { verdictOf } from '../../../src/report/compare/verdict.js';
import { comparedOf } from '../../../src/study/compare/compared.js';
import type { ComparedEdit } from '../../../src/study/compare/measures.js';
import type { Scattered } from '../../../src/study/compare/scattered.js';
import type { Choice } from '../../../src/study/pick/choices.js';
import { both, edit, MODELS, type Said } from '../../study/compare/edits.js';

interface Also {
  scattered?: Scattered[];
  choices?: Choice[];
  isSandbox?: boolean;
}

const verdict = (edits: ComparedEdit[], { scattered = [], choices = [], isSandbox = false }: Also = {}) =>
  verdictOf(comparedOf(MODELS, edits, scattered, choices, isSandbox), 'fal-edit pick out').join('\n');

describe('what two models differ in', () => {
  test.each<[string, number, (n: number) => Said, string]>([
    [
      'all pairs',
      9,
      () => ({ change: 0.5 }),
      'flux-general changes the picture less than flux-2-lora: in 9 of 9 pairs (median 30% against 50%).',
    ],
    [
      'the other way',
      9,
      () => ({ change: 0.1 }),
      'flux-2-lora changes the picture less than flux-general: in 9 of 9 pairs (median 10% against 30%).',
    ],
    [
      'not enough of them',
      9,
      (n) => ({ change: n < 7 ? 0.5 : 0.1 }),
      'No clear difference in how much flux-general and flux-2-lora change the picture: flux-general changes it less in 7 of 9 pairs (median 30% against 50%).',
    ],
    [
      'few pairs',
      3,
      () => ({ change: 0.5 }),
      'Too few pairs to tell whether flux-general or flux-2-lora changes the picture less: 3 pairs, and at least 6 are needed.',
    ],
    [
      'sharper',
      9,
      () => ({ sharpness: 3 }),
      'flux-2-lora makes sharper pictures: in 9 of 9 pairs (median 3.00 against 2.00).',
    ],
    [
      'colours',
      9,
      () => ({ colourShift: 9 }),
      'flux-2-lora shifts the colours more: in 9 of 9 pairs (median ΔE 9.0 against ΔE 5.0).',
    ],
    [
      'slower',
      9,
      () => ({ inferenceMs: 2500 }),
      'flux-2-lora took 2.5 × as long to run as flux-general: 2.5 s against 1.0 s (medians of 9 and 9 edits, not counting the queue).',
    ],
    [
      'about as long',
      9,
      () => ({ inferenceMs: 1080 }),
      'Both had about the same run time: 1.0 s against 1.1 s',
    ],
    [
      'dearer',
      9,
      () => ({ billedUsd: 0.105 }),
      'flux-2-lora costs 1.4 × as much as flux-general: $10.50 against $7.50 for 100 pictures like these, as billed.',
    ],
    ['as dear', 9, () => ({}), 'Both cost the same: $7.50 for 100 pictures like these (as billed).'],
    [
      'not billed yet',
      9,
      () => ({ billedUsd: null }),
      'Both cost about the same: $8.00 against $7.50 for 100 pictures like these, estimated; fal has not said what it billed.',
    ],
  ])('%s', (_, pictures, second, sentence) => {
    expect(verdict(both(pictures, second))).toContain(sentence);
  });

  it.each(['sharper', 'colours'])('is not called one where the pairs cannot tell: %s', (word) => {
    const few = both(5, () => ({ sharpness: 9, colourShift: 50 }));
    const uneven = both(9, (n) =>
      n < 7 ? { sharpness: 9, colourShift: 50 } : { sharpness: 1, colourShift: 1 },
    );
    expect(verdict(few)).not.toContain(word);
    expect(verdict(uneven)).not.toContain(word);
  });

  it('has no time that nobody measured', () => {
    expect(verdict(both(9, () => ({ inferenceMs: null })))).not.toContain('at fal');
  });

  it('says how far seeds lie apart, and that few pictures say nothing', () => {
    const scattered = (count: number) =>
      Array.from({ length: count }, (_, n) => [
        { model: 'flux-general', subject: String(n), scatter: 0.1 },
        { model: 'flux-2-lora', subject: String(n), scatter: 0.3 },
      ]).flat();
    const edits = both(3, () => ({}));
    expect(verdict(edits, { scattered: scattered(3) })).toContain(
      'From seed to seed, the results of flux-general differ by 10%, those of flux-2-lora by 30%; 3 pictures are too few to call this a difference.',
    );
    expect(verdict(edits, { scattered: scattered(7) })).toContain(
      'Another seed changes the results of flux-2-lora more than those of flux-general: in 7 of 7 pictures (median 30% against 10%).',
    );
  });
});

describe('what it does not claim', () => {
  it.each([3, 9, 40])('nothing of beauty: %d pictures', (pictures) => {
    const text = verdict(both(pictures, () => ({ change: 0.6, sharpness: 4, billedUsd: 0.01 })));
    expect(text).not.toMatch(/\bbest|\bworse|recommend|prefer|quality/i);
    expect(text).toContain('No figure says which results look better.');
    expect(text).toContain('fal-edit pick out');
  });

  test.each<[number, string | undefined]>([
    [1, 'from 1 picture;'],
    [3, 'from 3 pictures;'],
    [20, undefined],
  ])('of other pictures: %d', (pictures, sentence) => {
    const text = verdict(both(pictures, () => ({})));
    if (sentence === undefined) expect(text).not.toContain('These figures are from');
    else expect(text).toContain(sentence);
  });

  it('of fal, where the sandbox made it', () => {
    const edits = both(3, () => ({}));
    expect(verdict(edits, { isSandbox: true })).toMatch(/^Made by the sandbox:/);
    expect(verdict(edits)).not.toContain('sandbox');
  });

  it('the sandbox bills nothing: its prices are what would be', () => {
    const dearer = both(9, () => ({ billedUsd: 0.105 }));
    const text = verdict(dearer, { isSandbox: true });
    expect(text).toContain(
      'flux-2-lora would cost 1.4 × as much as flux-general: $10.50 against $7.50 for 100 pictures like these, sandbox: nothing charged.',
    );
    const played = comparedOf(MODELS, dearer, [], [], true);
    expect(modelTable(played).columns.at(-1)).toBe('100 pictures would cost');
    expect(comparisonDocument(played, [], '2026-01-01T00:00:00.000Z')).toMatchObject({
      sandbox: true,
      models: [
        { cost: { billed_usd: 0, per_100_pictures_usd: 7.5, is_estimate: true } },
        { cost: { billed_usd: 0, per_100_pictures_usd: 10.5, is_estimate: true } },
      ],
    });
  });
});

describe('what is missing', () => {
  const failed: Said = { state: 'failed', error: 'No access', billedUsd: null };

  it('a model that made nothing, and the other one alone', () => {
    const text = verdict(both(3, () => failed));
    expect(text).toContain('flux-2-lora made no pictures. Of its 3 edits: 3 failed. No access.');
    expect(text).toContain(
      'There is nothing to compare flux-general with. Figures of flux-general from 3 pictures: it changes the picture by 30%, takes 1.0 s to run, costs $7.50 for 100 pictures',
    );
    expect(text).not.toMatch(/less|fal-edit pick/);
  });

  it('its one edit', () => {
    expect(verdict(both(1, () => failed))).toContain('no pictures. Its only edit failed. No access.');
  });

  it('everything', () => {
    expect(
      verdict(
        both(
          1,
          () => failed,
          () => failed,
        ),
      ),
    ).toMatch(/There are no pictures to compare\.$/);
  });

  it('some', () => {
    const text = verdict(
      both(9, (n) => (n === 0 ? failed : n === 1 ? { state: 'moderated' } : { change: 0.5 })),
    );
    expect(text).toContain('flux-2-lora made 7 of 9 pictures: 1 failed, 1 moderated. No access.');
    expect(text).toContain('in 7 of 7 pairs');
  });

  it('what is not sent yet', () => {
    expect(verdict([...both(1, () => ({})), edit({ picture: 'z', state: 'pending' })])).toContain(
      'flux-general made 1 of 2 pictures: 1 not done yet.',
    );
  });
});

describe('what people chose', () => {
  const choices = (won: number, lost: number): Choice[] =>
    Array.from({ length: won + lost }, (_, n) => ({
      left: `flux-general ${n}.png snow 1`,
      right: `flux-2-lora ${n}.png snow 1`,
      preferred: n < won ? `flux-2-lora ${n}.png snow 1` : `flux-general ${n}.png snow 1`,
      at: '2026-01-01T00:00:00.000Z',
    }));

  test.each<[number, number, string]>([
    [
      18,
      2,
      'preferred flux-2-lora in blind comparisons: a win rate of 90% in 20 comparisons (95% interval 70% to 97%).',
    ],
    [
      12,
      8,
      'showed no clear preference in blind comparisons: flux-2-lora was chosen most, with a win rate of 60% in 20 comparisons',
    ],
  ])('%d to %d', (won, lost, sentence) => {
    const text = verdict(
      both(20, () => ({})),
      { choices: choices(won, lost) },
    );
    expect(text).toContain(sentence);
    expect(text).not.toContain('fal-edit pick out');
  });
});
