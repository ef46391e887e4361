import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { fillPrompt } from '../../../src/batch/rows/template.js';
import { literalPrompt } from '../../../src/commands/migrate/row-fields.js';
import { desk, STORY } from './scene.js';

const CSV = [
  'id,image,prompt,strength,style,steps,lora,set,expect',
  'a,cat.png,a {style} cat,0.6,red,20,owner/x@0.8,,not_blank=true',
  'b,dog.png,"a ""dog"", {style}",,blue,,,"{""scheduler"":""dpmpp_2m"",""sync_mode"":false}",',
].join('\n');

const linesOf = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

it('translates the rows of a CSV file into a CSV file of the same rows', async () => {
  const { run } = await desk({ 'edits.csv': CSV });
  const { code, stdout, stderr } = await run(['edits.csv'], { to: 'flux-2-lora' });
  expect(code).toBe(0);
  expect(stdout).toBe(
    [
      'id,image,prompt,style,steps,expect,model,set',
      'a,cat.png,a {style} cat,red,20,not_blank=true,flux-2-lora,',
      'b,dog.png,"a ""dog"", {style}",blue,,,flux-2-lora,"{""sync_mode"":false}"',
      '',
    ].join('\n'),
  );
  expect(stderr).toMatch(/^2 rows from flux-general to flux-2-lora:$/m);
  expect(stderr).toMatch(/^dropped +strength +1 row: no counterpart/m);
  expect(stderr).toMatch(/^kept +prompt +2 rows$/m);
  expect(stderr).toMatch(/^default differs +guidance_scale +2 rows: /m);
});

it('tells each kind of fate once, however many rows there are', async () => {
  const rows = Array.from({ length: 500 }, (_, index) => ({
    image: `${index}.png`,
    prompt: 'x',
    strength: 0.5,
  }));
  const { run } = await desk({ 'edits.jsonl': rows.map((row) => JSON.stringify(row)).join('\n') });
  const { stdout, stderr } = await run(['edits.jsonl'], { to: 'flux-2-lora' });
  expect(stderr.trimEnd().split('\n').length).toBeLessThan(8);
  expect(stderr).toContain('500 rows: no counterpart');
  expect(linesOf(stdout)).toHaveLength(500);
  expect(linesOf(stdout)[7]).toEqual({ image: '7.png', prompt: 'x', model: 'flux-2-lora' });
});

test.each([
  [
    'yaml',
    '- image: a.png\n  prompt: x\n  strength: 0.5\n',
    '- image: a.png\n  prompt: x\n  model: flux-2-lora\n',
  ],
  ['tsv', 'image\tprompt\tstrength\na.png\tx\t0.5', 'image\tprompt\tmodel\na.png\tx\tflux-2-lora\n'],
])('a %s manifest stays one', async (ending, content, expected) => {
  const { run } = await desk({ [`edits.${ending}`]: content });
  expect(await run([`edits.${ending}`])).toMatchObject({ code: 0, stdout: expected });
});

describe('rows of JSON Lines', () => {
  const translated = async (row: unknown, given = {}) => {
    const { run } = await desk({ 'edits.jsonl': JSON.stringify(row) });
    const { code, stdout, stderr } = await run(['edits.jsonl'], given);
    if (code !== 0) throw new Error(stderr);
    return linesOf(stdout)[0];
  };

  test.each<[Record<string, unknown>, Record<string, unknown>]>([
    [
      { model: 'flux-general', image: 'a.png', prompt: 'x' },
      { model: 'flux-2-lora', image: 'a.png', prompt: 'x' },
    ],
    [
      { model: 'flux-2-lora', image: ['a.png', 'b.png'], prompt: 'x', acceleration: 'high', format: 'webp' },
      { model: 'flux-general', image: 'a.png', prompt: 'x' },
    ],
    [
      { prompt: 'x', guidance: '3', negative_prompt: 'y', image: 'a.png', output: '{style}.png', style: 's' },
      { prompt: 'x', guidance: '3', image: 'a.png', output: '{style}.png', style: 's', model: 'flux-2-lora' },
    ],
    // What the whole batch gives by its flags is not asked for.
    [{ image: 'a.png' }, { image: 'a.png', model: 'flux-2-lora' }],
    [
      { prompt: 'x', no_safety_checker: true },
      { prompt: 'x', no_safety_checker: true, model: 'flux-2-lora' },
    ],
    // A switch that is off hides the one of the whole batch.
    [
      { image: 'a.png', prompt: 'x', no_safety_checker: false },
      { image: 'a.png', prompt: 'x', no_safety_checker: false, model: 'flux-2-lora' },
    ],
    // A request to fal, one on each line.
    [
      { prompt: 'a {b} {"c": 1}', image_url: 'https://a/b.png', enable_safety_checker: false, strength: 1 },
      { model: 'flux-2-lora', prompt: 'a {{b}} {"c": 1}', image: 'https://a/b.png', no_safety_checker: true },
    ],
  ])('%j', async (row, expected) => {
    expect(await translated(row)).toEqual(expected);
  });

  it('keep their LoRAs when that is asked for', async () => {
    const row = { image: 'a.png', prompt: 'x', lora: ['a/a@0.5', 'b/b@9'] };
    expect(await translated(row, { 'keep-loras': true })).toMatchObject({
      lora: [{ path: 'a/a', scale: 0.5 }],
    });
    expect(await translated({ ...row, lora: 'a/a@0.5' }, { 'keep-loras': true })).toMatchObject({
      lora: 'a/a@0.5',
    });
  });

  it('of the model already stay as they are', async () => {
    const { run } = await desk();
    const rows = [
      { image: 'a.png', prompt: 'x', strength: 1 },
      { model: 'flux-2-lora', image: 'b.png', prompt: 'x', seed: 5 },
    ];
    const stdin = rows.map((row) => JSON.stringify(row)).join('\n');
    const { stdout, stderr } = await run(['-'], { to: 'flux-2-lora' }, { stdin });
    expect(linesOf(stdout)[1]).toEqual(rows[1]);
    expect(stderr).toContain('1 already for it');
  });
});

describe('other forms', () => {
  it('stand alone: placeholders are filled in, and files are named from here', async () => {
    const { run } = await desk({ 'rows/edits.csv': CSV });
    const { stdout } = await run(['rows/edits.csv'], { as: 'fal-edit' });
    expect(stdout.split('\n')).toEqual([
      "fal-edit rows/cat.png -m flux-2-lora -p 'a red cat' --steps=20",
      'fal-edit rows/dog.png -m flux-2-lora -p \'a "dog", blue\' --set sync_mode=false',
      '',
    ]);
  });

  it('are JSON Lines as json', async () => {
    const { run } = await desk({
      'edits.jsonl': `${JSON.stringify(STORY)}\n${JSON.stringify({ input: STORY })}`,
    });
    const { stdout } = await run(['edits.jsonl'], { as: 'json' });
    expect(linesOf(stdout).map(({ image_urls: urls }) => urls)).toEqual([
      [STORY.image_url],
      [STORY.image_url],
    ]);
  });

  it('cannot have what a row leaves to the flags of the batch', async () => {
    const { run } = await desk({ 'edits.csv': 'image,steps\na.png,20' });
    const { code, stderr } = await run(['edits.csv'], { as: 'curl' });
    expect(code).toBe(2);
    expect(stderr).toContain('edits.csv:2: prompt is missing');
  });
});

it('has a document with every row', async () => {
  const { run } = await desk({ 'edits.csv': CSV });
  const document = (await run(['edits.csv'], { json: true })).json<{ fates: unknown[]; rows: unknown[] }>();
  expect(document).toMatchObject({ status: 'ok', from: 'flux-general', to: 'flux-2-lora', input: null });
  expect(document.rows[0]).toMatchObject({
    ...{ file: 'edits.csv', line: 2, from: 'flux-general' },
    input: { prompt: 'a {style} cat', image_urls: ['cat.png'], num_inference_steps: 20 },
    row: { id: 'a', model: 'flux-2-lora' },
  });
  expect(document.fates).toContainEqual(expect.objectContaining({ field: 'prompt', fate: 'kept', rows: 2 }));
});

it('prints nothing of a manifest with a row that is wrong, and says where', async () => {
  const { run } = await desk({
    'edits.jsonl':
      '{"image":"a","prompt":"x"}\n{"image":"a","prompt":"x","strength":"much"}\n[]\nnope\n{"image":"-"}',
  });
  const { code, stdout, stderr } = await run(['edits.jsonl']);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/edits\.jsonl:2: strength must be .*, not "much"/);
  expect(stderr).toMatch(/edits\.jsonl:3: is a list/);
  expect(stderr).toMatch(/edits\.jsonl:4: is not JSON/);
  expect(stderr).toMatch(/edits\.jsonl:5: image: - \(stdin\) is not allowed in a row/);
});

test('a prompt that is meant as it stands is read as it stands', () => {
  const missing = () => {
    throw new Error('taken for a placeholder');
  };
  const prompts = fc.array(fc.constantFrom('{', '}', 'a', ' ', '"'), { maxLength: 12 });
  fc.assert(
    fc.property(prompts, (parts) => {
      const prompt = parts.join('');
      expect(fillPrompt(literalPrompt(prompt), {}, missing)).toBe(prompt);
    }),
    { numRuns: 2000 },
  );
});
