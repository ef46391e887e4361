/* Flags are the defaults of all rows: a row is the stronger place. */
import { describe, expect, it, test } from 'vitest';
import { batchScene, jsonl } from '../batch/scene.js';

type Fields = Record<string, unknown>;

describe('a row is stronger than the flags', () => {
  test.each<[string, string[], Fields, Fields]>([
    ['its own value', ['--steps', '10'], { steps: 20 }, { num_inference_steps: 20 }],
    ['a field that excludes the flag', ['--image-strength', '0.2'], { strength: 0.5 }, { strength: 0.5 }],
    [
      'one field of --set',
      ['--set', 'scheduler=euler'],
      { set: { scheduler: 'dpmpp_2m' } },
      { scheduler: 'dpmpp_2m' },
    ],
    [
      'what it leaves alone stays',
      ['--set', 'scheduler=euler', '--steps', '9'],
      { set: { real_cfg_scale: 2 } },
      { scheduler: 'euler', real_cfg_scale: 2, num_inference_steps: 9 },
    ],
    ['a list as a whole', ['--lora', 'owner/a'], { loras: ['owner/b'] }, { loras: [{ path: 'owner/b' }] }],
    ['null is no value', ['--steps', '10'], { steps: null }, { num_inference_steps: 10 }],
  ])('%s', async (_, flags, fields, expected) => {
    const rows = jsonl({ image: 'a.png', prompt: 'snow', ...fields });
    const { batch, fal } = await batchScene({ 'rows.jsonl': rows });
    const { code, stderr } = await batch('rows.jsonl', ...flags);
    expect(code, stderr).toBe(0);
    expect(fal.ledger().accepted[0]!.input).toMatchObject(expected);
  });

  it('and can switch off what the flags switch on', async () => {
    const rows = jsonl(
      { image: 'a.png', prompt: 'on' },
      { image: 'a.png', prompt: 'off', no_safety_checker: false },
    );
    const { batch, fal } = await batchScene({ 'rows.jsonl': rows });
    await batch('rows.jsonl', '--no-safety-checker');
    const checked = fal.ledger().accepted.map(({ input }) => {
      const { prompt, enable_safety_checker: checker } = input as Fields;
      return [prompt, checker];
    });
    expect(checked.sort()).toEqual([
      ['off', undefined],
      ['on', false],
    ]);
  });

  it('the prompt of a row hides the prompt file of all', async () => {
    const rows = jsonl({ image: 'a.png' }, { image: 'a.png', prompt: 'own' });
    const { batch, fal } = await batchScene({ 'rows.jsonl': rows, 'say.txt': 'common\n' });
    expect((await batch('rows.jsonl', '--prompt-file', 'say.txt')).code).toBe(0);
    const prompts = fal.ledger().accepted.map(({ input }) => (input as Fields)['prompt']);
    expect(prompts.sort()).toEqual(['common', 'own']);
  });

  it('an empty cell of a CSV file leaves it to the flags', async () => {
    const content = 'image,prompt,steps\na.png,one,\na.png,two,20\n';
    const { batch, fal } = await batchScene({ 'rows.csv': content });
    expect((await batch('rows.csv', '--steps', '10')).code).toBe(0);
    const steps = fal.ledger().accepted.map(({ input }) => (input as Fields)['num_inference_steps']);
    expect(steps.sort()).toEqual([10, 20]);
  });
});

describe('defaults of all rows', () => {
  it('come from the environment as well, weaker than flags and rows', async () => {
    const rows = jsonl({ image: 'a.png', prompt: 'one' }, { image: 'a.png', prompt: 'two', steps: 30 });
    const { run, fal } = await batchScene({ 'rows.jsonl': rows });
    const env = { ...fal.env, FAL_EDIT_STEPS: '11', FAL_EDIT_GUIDANCE: '2' };
    expect((await run(['rows.jsonl', '--guidance', '3', '--no-report'], { env })).code).toBe(0);
    const inputs = fal.ledger().accepted.map(({ input }) => {
      const { prompt, num_inference_steps: steps, guidance_scale: guidance } = input as Fields;
      return [prompt, steps, guidance];
    });
    expect(inputs.sort()).toEqual([
      ['one', 11, 3],
      ['two', 30, 3],
    ]);
  });

  it('may be all of a row but its picture', async () => {
    const { batch, fal } = await batchScene({ 'rows.csv': 'image\na.png\nb.png\n' });
    const { code, stderr } = await batch('rows.csv', '-p', 'snow', '-m', 'flux-2-lora', '--steps', '8');
    expect(code, stderr).toBe(0);
    expect(fal.ledger().accepted.map(({ endpoint }) => endpoint)).toEqual([
      'fal-ai/flux-2/lora/edit',
      'fal-ai/flux-2/lora/edit',
    ]);
  });
});

describe('defaults that the model of a row lacks', () => {
  const mixed = jsonl(
    { image: 'a.png', prompt: 'one' },
    { image: 'a.png', prompt: 'two', model: 'flux-2-lora' },
    { image: 'b.png', prompt: 'three', model: 'flux-2-lora' },
  );

  test.each<[string, string[], Record<string, string>, string]>([
    ['a flag', ['--strength', '0.4'], {}, '--strength: ignored in 2 rows; flux-2-lora has no such setting.'],
    [
      'a variable',
      [],
      { FAL_EDIT_STRENGTH: '0.4' },
      'FAL_EDIT_STRENGTH: ignored in 2 rows; flux-2-lora has no such setting.',
    ],
    [
      'a field of --set',
      ['--set', 'scheduler=euler'],
      {},
      '--set scheduler: ignored in 2 rows; flux-2-lora has no such setting.',
    ],
  ])('are left out with one note: %s', async (_, flags, variables, note) => {
    const { run, fal } = await batchScene({ 'rows.jsonl': mixed });
    const env = { ...fal.env, ...variables };
    const { code, stderr } = await run(['rows.jsonl', '-d', 'out', '--no-report', ...flags], { env });
    expect(code, stderr).toBe(0);
    expect(stderr.split('\n').filter((line) => line.includes('ignored'))).toEqual([note]);
    const has = fal.ledger().accepted.map(({ input }) => {
      const { prompt, strength, scheduler } = input as Fields;
      return [prompt, (strength ?? scheduler) !== undefined];
    });
    expect(Object.fromEntries(has)).toEqual({ one: true, two: false, three: false });
  });

  it('do not count for what a row asks for', async () => {
    const { batch, fal } = await batchScene({ 'rows.jsonl': mixed.split('\n').slice(1).join('\n') });
    expect((await batch('rows.jsonl')).code).toBe(0);
    const { code, stderr } = await batch('rows.jsonl', '--strength', '0.4');
    expect(code, stderr).toBe(0);
    expect(fal.ledger().accepted).toHaveLength(2);
  });

  it('are refused where no model has them, and where the row says them itself', async () => {
    const { batch, fal } = await batchScene({
      'rows.jsonl': jsonl({ image: 'a.png', prompt: 'x', model: 'flux-2-lora' }),
      'own.jsonl': jsonl({ image: 'a.png', prompt: 'x', model: 'flux-2-lora', strength: 0.5 }),
    });
    const unknown = await batch('rows.jsonl', '--set', 'schedular=euler');
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('has no field "schedular"')]);
    const own = await batch('own.jsonl');
    expect([own.code, own.stderr]).toEqual([
      2,
      expect.stringMatching(/^own\.jsonl:1: strength: flux-2-lora has no such/),
    ]);
    expect(fal.ledger().accepted).toHaveLength(0);
  });
});
