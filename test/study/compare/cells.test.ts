import { describe, expect, it, test } from 'vitest';
import { comparisonCells, type Grid } from '../../../src/study/compare/cells.js';

const grid = (change: Partial<Grid> = {}): Grid => ({
  pictures: [
    { word: 'a.png', digest: '1' },
    { word: 'more/a.jpg', digest: '2' },
  ],
  prompts: ['snow'],
  seeds: [1, 2],
  models: [
    { name: 'flux-general', fields: { strength: '0.6' } },
    { name: 'flux-2-lora', fields: {} },
  ],
  common: [],
  ...change,
});
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const outputs = (change: Partial<Grid> = {}) =>
  comparisonCells(grid(change)).map(({ fields }) => textOf(fields['output']));

describe('comparisonCells', () => {
  it('is every picture × prompt × seed × model, pairs side by side', () => {
    expect(comparisonCells(grid()).map(({ id }) => id)).toEqual([
      'a.png, flux-general, seed 1',
      'a.png, flux-2-lora, seed 1',
      'a.png, flux-general, seed 2',
      'a.png, flux-2-lora, seed 2',
      'more/a.jpg, flux-general, seed 1',
      'more/a.jpg, flux-2-lora, seed 1',
      'more/a.jpg, flux-general, seed 2',
      'more/a.jpg, flux-2-lora, seed 2',
    ]);
  });

  it('gives a model its own settings, and says where a cell stands', () => {
    const [first, second] = comparisonCells(grid());
    expect(first?.fields).toMatchObject({ image: 'a.png', prompt: 'snow', seed: 1, strength: '0.6' });
    expect(second?.fields).not.toHaveProperty('strength');
    expect(second?.at).toEqual({ model: 'flux-2-lora', picture: 'a.png', prompt: 'snow', seed: '1' });
  });

  it('leaves out what a model has no field for, and numbers its results', () => {
    const models = [{ name: 'acme/matte', fields: {}, lacks: ['prompt', 'seed'] as const }];
    const [, second] = comparisonCells(grid({ models }));
    expect(second?.id).toBe('a.png, acme/matte, result 2');
    expect(second?.fields).not.toHaveProperty('prompt');
    expect(second?.fields).not.toHaveProperty('seed');
    expect(second?.fields['output']).toMatch(/^pictures\/a-acme[^/]matte-2-[0-9a-f]{8}\.\{ext\}$/);
    // It is compared with the results of the other models for the same seed.
    expect(second?.at).toEqual({ model: 'acme/matte', picture: 'a.png', prompt: 'snow', seed: '2' });
  });

  it('has no prompt where there is none', () => {
    const [first] = comparisonCells(grid({ prompts: [''] }));
    expect(first?.fields).not.toHaveProperty('prompt');
    expect(first?.at['prompt']).toBe('');
  });

  it('counts prompts in the ids where there are several', () => {
    const [first] = comparisonCells(grid({ prompts: ['snow', 'night'] }));
    expect(first?.id).toBe('a.png, prompt 1, flux-general, seed 1');
  });

  it('gives no two results one name', () => {
    const names = outputs({ prompts: ['snow', 'night'], seeds: [1, 2, 3] });
    expect(new Set(names).size).toBe(24);
    for (const name of names) {
      expect(name).toMatch(/^pictures\/a-(flux-general|flux-2-lora)-[123]-[0-9a-f]{8}\.\{ext\}$/);
    }
  });

  test.each<[string, Partial<Grid>]>([
    ['more prompts before it', { prompts: ['night', 'snow'] }],
    ['more seeds', { seeds: [0, 1, 2, 3] }],
    ['another order of models', { models: grid().models.toReversed() }],
    ['other pictures', { pictures: [{ word: 'z.png', digest: '9' }, ...grid().pictures] }],
  ])('a result keeps its name with %s', (_, change) => {
    expect(outputs(change)).toEqual(expect.arrayContaining(outputs()));
  });

  test.each<[string, Partial<Grid>]>([
    ['a setting of all', { common: [['steps', '4']] }],
    ['the bytes of the pictures', { pictures: grid().pictures.map(({ word }) => ({ word, digest: '7' })) }],
    ['the prompt', { prompts: ['rain'] }],
  ])('and another one with %s', (_, change) => {
    expect(outputs(change).filter((name) => outputs().includes(name))).toEqual([]);
  });

  it.each([
    'x'.repeat(300),
    `${'é'.repeat(150)}.png`,
    '{seed}{x}.png',
    'https://example.com/a/b%20c.png?q=1',
    '..png',
  ])('takes any name: %s', (word) => {
    const [cell] = comparisonCells(grid({ pictures: [{ word, digest: '1' }] }));
    expect(cell?.id.length).toBeLessThanOrEqual(200);
    expect(Buffer.byteLength(textOf(cell?.fields['output']))).toBeLessThan(200);
    expect(textOf(cell?.fields['output']).replace('{ext}', '')).not.toMatch(/[{}]/);
  });
});
