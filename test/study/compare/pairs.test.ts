import { describe, expect, it, test } from 'vitest';
import { pairedFigures } from '../../../src/study/compare/pairs.js';
import { both, edit, MODELS } from './edits.js';

const changeOf = (edits: Parameters<typeof pairedFigures>[1]) =>
  pairedFigures(MODELS, edits, []).find(({ measure }) => measure === 'change')!;

describe('pairedFigures', () => {
  test.each<[string, number, number, string | null]>([
    ['5 of 5 can be chance', 5, 5, null],
    ['6 of 6 can hardly', 6, 6, 'flux-general'],
    ['7 of 9 can be', 9, 7, null],
    ['8 of 9 can hardly', 9, 8, 'flux-general'],
    ['1 of 9: the other one', 9, 1, 'flux-2-lora'],
    ['of none nothing can be told', 0, 0, null],
  ])('%s', (_, pairs, firstLess, fewer) => {
    const found = changeOf(both(pairs, (n) => ({ change: n < firstLess ? 0.5 : 0.1 })));
    expect(found).toMatchObject({ pairs, less: [firstLess, pairs - firstLess], fewer });
  });

  it('has no side for what is equal', () => {
    expect(changeOf(both(9, () => ({})))).toMatchObject({ pairs: 9, less: [0, 0], p: 1, fewer: null });
  });

  it('pairs what has the same picture, prompt and seed, and came out both times', () => {
    const other = { model: 'flux-2-lora', change: 0.9 };
    const edits = [
      edit({ seed: 1 }),
      edit({ seed: 2 }),
      edit({ seed: 1, prompt: 'night' }),
      edit({ ...other, seed: 1 }),
      edit({ ...other, seed: 2, state: 'failed' }),
      edit({ ...other, seed: 3 }),
    ];
    expect(changeOf(edits)).toMatchObject({ pairs: 1, less: [1, 0] });
  });

  it('pairs every two of several models', () => {
    const models = ['a', 'b', 'c'];
    const edits = models.map((model) => edit({ model }));
    const found = pairedFigures(models, edits, []).filter(({ measure }) => measure === 'change');
    expect(found.map((pair) => pair.models.join())).toEqual(['a,b', 'a,c', 'b,c']);
  });

  it('pairs the scatter of seeds by picture and prompt', () => {
    const scattered = ['1', '2'].flatMap((subject) => [
      { model: 'flux-general', subject, scatter: 0.1 },
      { model: 'flux-2-lora', subject, scatter: 0.2 },
    ]);
    const found = pairedFigures(MODELS, [], scattered).find(({ measure }) => measure === 'scatter');
    expect(found).toMatchObject({ pairs: 2, less: [2, 0], fewer: null });
  });
});
