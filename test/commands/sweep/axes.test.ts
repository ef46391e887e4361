import { expect, it, test } from 'vitest';
import { linesOf } from '../batch/scene.js';
import { sweepScene, type SweepScene } from './scene.js';

type Flags = Parameters<SweepScene['sweep']>[0];

/** What fal got, of one field. */
async function sent(field: string, flags: Flags, files = {}): Promise<unknown[]> {
  const scene = await sweepScene(files);
  const { code, stderr } = await scene.sweep(flags);
  expect([code, stderr]).toEqual([0, expect.stringContaining('done: ')]);
  return scene.fal
    .ledger()
    .accepted.map(({ input }) => (input as Record<string, unknown>)[field])
    .sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
}

const loras = (...scales: number[]) =>
  scales.map((scale) => [
    { path: 'owner/a', scale },
    { path: 'owner/b', scale: 0.2 },
  ]);

test.each<[string, string, Flags, unknown[]]>([
  ['a list', 'guidance_scale', { vary: ['guidance=2.5,3.5'] }, [2.5, 3.5]],
  ['a range', 'strength', { vary: ['strength=0.9..0.7:0.1'] }, [0.7, 0.8, 0.9]],
  ["fal's own name of a flag", 'num_inference_steps', { vary: ['num_inference_steps=10,20'] }, [10, 20]],
  ['a field without a flag', 'scheduler', { vary: ['scheduler=euler,dpmpp_2m'] }, ['dpmpp_2m', 'euler']],
  ['the same as a manifest has it', 'scheduler', { vary: ['set.scheduler=euler'] }, ['euler']],
  ['a switch of the model', 'use_beta_schedule', { vary: ['use-beta-schedule=true,false'] }, [false, true]],
  [
    'a flag with dashes',
    'negative_prompt',
    { vary: ['negative-prompt=rain,"fog, mist"'] },
    ['fog, mist', 'rain'],
  ],
  ['seeds from one up', 'seed', { vary: ['strength=0.5'], seeds: '3' }, [1, 2, 3]],
  ['seeds from --seed up', 'seed', { vary: ['strength=0.5'], seeds: '2', seed: '40' }, [40, 41]],
  ['a seed axis', 'seed', { vary: ['seed=7..9:1'] }, [7, 8, 9]],
  ['one seed where none is said', 'seed', { vary: ['strength=0.4,0.5'] }, [1, 1]],
  [
    'the scale of a LoRA',
    'loras',
    { vary: ['lora.0.scale=0.5,1'], lora: ['owner/a', 'owner/b@0.2'] },
    loras(0.5, 1),
  ],
  ['a word of the prompt', 'prompt', { vary: ['animal=cat,dog'], prompt: 'a {animal}' }, ['a cat', 'a dog']],
  ['equal values', 'strength', { vary: ['strength=0.5,0.50,.5'] }, [0.5]],
])('%s', async (_, field, flags, expected) => {
  expect(await sent(field, flags)).toEqual(expected);
});

it('takes the prompts of a file, a line each, with commas and braces of their own', async () => {
  const text = '\uFEFFa cat, asleep\r\n\r\n  {{dogs}} \r\n{"mood": "calm"}\r\n';
  expect(await sent('prompt', { vary: ['prompt=@p.txt'] }, { 'p.txt': text })).toEqual([
    'a cat, asleep',
    '{"mood": "calm"}',
    '{dogs}',
  ]);
});

it('applies every scale to every LoRA of an axis', async () => {
  const scales = await sent('loras', { vary: ['lora=owner/a,owner/b', 'lora.0.scale=0.5,1'] });
  expect(scales).toHaveLength(4);
  expect(scales).toContainEqual([{ path: 'owner/b', scale: 0.5 }]);
});

it('compares models, each with what it is priced at', async () => {
  const scene = await sweepScene();
  const { code, stderr, stdout } = await scene.sweep({
    vary: ['model=flux-general,flux-2-lora', 'guidance=3,4'],
  });
  expect([code, scene.accepted()]).toEqual([0, 4]);
  expect(stderr).toContain('model (2) × guidance (2): 4 cells.');
  const models = linesOf(stdout)
    .slice(-6, -2)
    .map((line) => line.split('\t')[0]);
  expect(models).toEqual(['flux-general', 'flux-general', 'flux-2-lora', 'flux-2-lora']);
});

it('leaves alone what a variable or a config file says of batches', async () => {
  const scene = await sweepScene({
    'fal-edit.config.json': '{"strength": "0.2", "shard": "1/8", "output": "x.png"}',
  });
  const { code } = await scene.sweep({ vary: ['strength=0.4,0.5'] });
  expect(code).toBe(0);
  const inputs = scene.fal.ledger().accepted.map(({ input }) => (input as { strength: number }).strength);
  expect(inputs.sort()).toEqual([0.4, 0.5]);
});

it('starts at the seed of a config file, which is a number there', async () => {
  const files = { '.home/config/config.json': '{"seed": 7, "steps": 12}' };
  expect(await sent('seed', { vary: ['strength=0.5,0.6'] }, files)).toEqual([7, 7]);
  expect(await sent('num_inference_steps', { vary: ['strength=0.5'] }, files)).toEqual([12]);
});
