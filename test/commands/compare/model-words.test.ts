import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readWords } from '../../../src/commands/compare/model-words.js';
import { tempDir } from '../../support/temp-dir.js';

test.each<[string, string[], string[], Record<string, unknown>]>([
  [
    'pictures',
    ['a.png', 'https://example.com/a.b?c=d', 'x/*.png'],
    ['a.png', 'https://example.com/a.b?c=d', 'x/*.png'],
    {},
  ],
  ['a setting', ['a.png', 'flux-general.strength=0.6'], ['a.png'], { 'flux-general': { strength: '0.6' } }],
  ['by the endpoint', ['fal-ai/flux-2/lora/edit.steps=8'], [], { 'flux-2-lora': { steps: '8' } }],
  [
    'other spellings of one flag',
    ['flux-general.negative_prompt=fog'],
    [],
    { 'flux-general': { 'negative-prompt': 'fog' } },
  ],
  [
    'the last one counts',
    ['flux-general.steps=8', 'flux-general.steps=9'],
    [],
    { 'flux-general': { steps: '9' } },
  ],
  [
    'what collects',
    ['flux-2-lora.lora=o/a@0.5', 'flux-2-lora.lora=o/b'],
    [],
    { 'flux-2-lora': { lora: ['o/a@0.5', 'o/b'] } },
  ],
  [
    'fields of the schema',
    ['flux-general.set.scheduler=euler', 'flux-general.set=a=b=c'],
    [],
    { 'flux-general': { set: [{ scheduler: 'euler' }, 'a=b=c'] } },
  ],
  [
    'a value with dots and equal signs',
    ['flux-2-lora.lora=https://x.y/a?b=c'],
    [],
    { 'flux-2-lora': { lora: ['https://x.y/a?b=c'] } },
  ],
])('%s', (_, words, pictures, settings) => {
  const read = readWords(words, '/nowhere');
  expect(read.pictures).toEqual(pictures);
  expect(Object.fromEntries(read.settings)).toEqual(settings);
});

test.each<[string, RegExp]>([
  ['flux-genral.strength=0.6', /flux-genral\.strength=0\.6: unknown model "flux-genral"/],
  ['flux-general.strenght=0.6', /there is no setting strenght/],
  ['flux-general.prompt=x', /prompt cannot be set for one model; every model gets the same prompts/],
  ['flux-general.image=x', /same pictures/],
  ['flux-general.seed=1', /same seeds/],
  ['flux-general.num_images=4', /--seeds/],
  ['flux-general.id=x', /there is no setting id/],
  ['flux-general.max-cost=1', /there is no setting max-cost/],
  ['flux-general.strength=', /the value is missing/],
])('refuses %s', (word, message) => {
  expect(() => readWords(['a.png', word], '/nowhere')).toThrow(message);
});

test('a file of that very name is a picture', async () => {
  const folder = await tempDir();
  await writeFile(path.join(folder, 'flux-general.strength=0.6'), '');
  const { pictures, settings } = readWords(['flux-general.strength=0.6'], folder);
  expect(pictures).toEqual(['flux-general.strength=0.6']);
  expect(settings.size).toBe(0);
});
