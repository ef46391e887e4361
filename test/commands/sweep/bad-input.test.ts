import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, it, test } from 'vitest';
import type { FlagValue } from '../../../src/config/settings.js';
import { sweepScene } from './scene.js';

interface Case {
  name: string;
  flags: Record<string, FlagValue>;
  words?: string[];
  message: string | RegExp;
  hint?: string;
}

const vary = (...axes: string[]): { vary: string[] } => ({ vary: axes });

const CASES: Case[] = [
  { name: 'no axis', flags: {}, message: '--vary is missing', hint: '--vary strength=0.3..0.9:0.1' },
  {
    name: 'no values',
    flags: vary('strength'),
    message: '--vary: "strength" must have the form name=values.',
  },
  { name: 'no name', flags: vary('=1'), message: '--vary: "=1" must have the form name=values.' },
  {
    name: 'an unknown axis',
    flags: vary('strenght=0.3'),
    message: '--vary strenght: flux-general has no such setting.',
    hint: 'Did you mean strength?',
  },
  {
    name: 'a near field of the model',
    flags: vary('schedular=euler'),
    message: '--vary schedular',
    hint: 'scheduler?',
  },
  {
    name: 'a near word of the prompt',
    flags: { ...vary('aminal=cat,dog'), prompt: 'a {animal}' },
    message: '--vary aminal: flux-general has no such setting.',
    hint: 'Did you mean animal?',
  },
  { name: 'an empty list', flags: vary('strength='), message: '--vary strength: "" has an empty value' },
  {
    name: 'an empty range',
    flags: vary('strength=0.3..0.9:-0.1'),
    message: '--vary strength: the range 0.3..0.9:-0.1 is empty',
  },
  { name: 'a step of zero', flags: vary('strength=0.3..0.9:0'), message: 'has a step of zero' },
  { name: 'no step', flags: vary('strength=0.3..0.9'), message: 'has no step', hint: '0.3..0.9:0.1' },
  {
    name: 'a million cells',
    flags: vary('guidance=0.00001..10:0.00001'),
    message:
      'The sweep has 1,000,000 cells, about $75000.00, calculated; at most 10,000 are allowed. Nothing was sent.',
  },
  {
    name: 'too many of which nobody can tell the cost',
    flags: vary('strength=0.00001..10:0.00001'),
    message: 'The sweep has 1,000,000 cells; at most 10,000 are allowed.',
  },
  {
    name: 'too many in several axes and seeds',
    flags: { ...vary('guidance=0.1..10:0.1', 'steps=1..50:1'), seeds: '3' },
    message: 'The sweep has 15,000 cells, about $1125.00, calculated; at most',
  },
  {
    name: 'astronomically many',
    flags: vary('steps=0..1000000000000:0.000001'),
    message: /has 1,000,000,000,000,000,\d{3} cells; at most/,
  },
  {
    name: 'a model that lacks the axis',
    flags: { ...vary('strength=0.1..0.9:0.1', 'guidance=1,2,3'), model: 'flux-2-lora' },
    message: /^error: --vary strength: flux-2-lora has no such setting; fal would ignore it\.\nhint: /,
  },
  {
    name: 'one of several models that lacks it',
    flags: vary('strength=0.3,0.4', 'model=flux-general,flux-2-lora'),
    message: /^error: --vary strength: flux-2-lora has no such setting; fal would ignore it\.\nhint: /,
  },
  { name: 'an unknown model', flags: vary('model=flux'), message: '--vary model: unknown model "flux".' },
  {
    name: 'a missing file',
    flags: vary('prompt=@no.txt'),
    message: '--vary prompt: the file "no.txt" is missing.',
  },
  {
    name: 'a folder for a file',
    flags: vary('prompt=@.'),
    message: '--vary prompt: the file "." is a folder.',
  },
  {
    name: 'a file that is no text',
    flags: vary('prompt=@a.png'),
    message: 'the file "a.png" is not UTF-8. Save it as UTF-8 (line 1).',
  },
  {
    name: 'an empty file',
    flags: vary('prompt=@empty.txt'),
    message: 'the file "empty.txt" has no values. Write one per line.',
  },
  {
    name: 'the scale of no LoRA',
    flags: vary('lora.0.scale=0.5'),
    message: '--vary lora.0.scale: there is no LoRA.',
    hint: '--lora owner/style',
  },
  {
    name: 'the scale of another LoRA',
    flags: { ...vary('lora.1.scale=0.5'), lora: ['owner/a'] },
    message: '--vary lora.1.scale: the last LoRA is number 0, counted from 0.',
  },
  {
    name: 'a scale that the model does not take',
    flags: { ...vary('lora.0.scale=1,5,6'), lora: ['owner/a'], model: 'flux-2-lora' },
    message:
      /^error: --vary lora\.0\.scale must be .*, not 5\.\n +--vary lora\.0\.scale must be [^\n]*, not 6\.\n$/,
  },
  {
    name: 'values out of range, each said once',
    flags: vary('strength=0.5,1.5,2', 'guidance=1..4:1', 'steps=10,60'),
    message:
      /^error: --vary strength must [^\n]* not 1\.5\.\n +--vary strength must [^\n]* not 2\.\n +--vary steps must [^\n]* not 60\.\n$/,
  },
  {
    name: 'a value that a field does not take',
    flags: vary('scheduler=euler,foo'),
    message: '--vary scheduler must be euler',
  },
  {
    name: 'an axis twice',
    flags: vary('strength=0.3', 'strength=0.4'),
    message: '--vary strength is given twice.',
  },
  {
    name: 'an axis under two names',
    flags: vary('guidance=3', 'guidance_scale=4'),
    message: '--vary guidance_scale is the same as guidance.',
  },
  {
    name: 'an axis that a flag says as well',
    flags: { ...vary('strength=0.3'), strength: '0.5' },
    message: '--vary strength and --strength cannot be used together.',
  },
  {
    name: 'a prompt and a prompt axis',
    flags: { ...vary('prompt=a,b'), prompt: 'c' },
    message: '--vary prompt and --prompt cannot be used together.',
  },
  {
    name: 'a field of --set as an axis',
    flags: { ...vary('scheduler=euler'), set: ['scheduler=euler'] },
    message: '--vary scheduler and --set scheduler cannot be used together.',
  },
  {
    name: 'seeds in two ways',
    flags: { ...vary('seed=1,2'), seeds: '2' },
    message: '--vary seed and --seeds cannot be used together.',
  },
  {
    name: 'no seeds',
    flags: { ...vary('strength=0.3'), seeds: '0' },
    message: '--seeds must be a whole number from',
  },
  {
    name: 'a seed that is none',
    flags: { ...vary('strength=0.3'), seed: 'a' },
    message: '--seed must be a whole number from 0 up, not "a".',
  },
  {
    name: 'pictures as an axis',
    flags: vary('image=a.png,b.png'),
    message: '--vary image cannot be varied.',
    hint: 'Name the pictures on the command line',
  },
  { name: 'what is no setting', flags: vary('output=a,b'), message: '--vary output cannot be varied.' },
  {
    name: 'a bound that is none',
    flags: { ...vary('strength=0.3'), best: ['change=0.4'] },
    message: '--best must be min-<figure>=<number> or max-<figure>=<number>, not "change=0.4".',
  },
  { name: 'no picture', flags: vary('strength=0.3'), words: [], message: '<picture> is missing' },
  { name: 'stdin', flags: vary('strength=0.3'), words: ['-'], message: 'stdin can be read only once' },
  {
    name: 'a missing picture',
    flags: vary('strength=0.3,0.4'),
    words: ['no.png'],
    message: /^error: [^\n]*no\.png[^\n]*\n(hint: [^\n]*\n)?$/,
  },
  {
    name: 'a broken picture among others',
    flags: vary('strength=0.3,0.4'),
    words: ['a.png', 'bad.png'],
    message: /^error: [^\n]*bad\.png[^\n]*\n(hint: [^\n]*\n)?$/,
  },
  {
    name: 'what may cost anything, with a cap',
    flags: { ...vary('use_real_cfg=true,false', 'strength=0.1..0.9:0.1'), 'max-cost': '5' },
    message: /^error: --max-cost: [^\n]*\n(hint: [^\n]*\n)?$/,
  },
];

const FILES = { 'empty.txt': '\n \r\n', 'bad.png': 'no picture' };

test.each(CASES)('$name is refused before anything is sent', async ({ flags, words, message, hint = '' }) => {
  const scene = await sweepScene(FILES);
  const { code, stdout, stderr } = await scene.sweep(flags, words);
  expect(stderr).toMatch(message instanceof RegExp ? message : new RegExp(escaped(message)));
  expect(stderr).toContain(hint);
  expect([code === 2 || code === 8, stdout]).toEqual([true, '']);
  expect(scene.fal.ledger().requests.total).toBe(0);
  expect(existsSync(path.join(scene.cwd, 'out'))).toBe(false);
});

it('is one document for scripts', async () => {
  const scene = await sweepScene();
  const { code, json } = await scene.sweep({ ...vary('strenght=1'), json: true });
  expect(code).toBe(2);
  expect(json()).toMatchObject({ status: 'error', error: { kind: 'usage', charged: 'no' } });
});

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
