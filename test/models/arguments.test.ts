import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { toInput } from '../../src/models/wire.js';
import { describe, expect, it, test } from 'vitest';
import { editArguments } from '../../src/models/arguments.js';
import { MODELS } from '../../src/models/registry.js';
import { SIZE_PRESETS, type EditRequest, type SizePreset } from '../../src/models/request.js';
import { photo } from '../batch/planning.js';
import { runCli } from '../support/run-cli.js';
import { tempDir } from '../support/temp-dir.js';

const [GENERAL, FLUX_2] = [MODELS[0], MODELS[1]!];

/** What the program would send for these arguments. */
async function inputOf(cwd: string, words: readonly string[]): Promise<Record<string, unknown>> {
  const { code, stderr, json } = await runCli([...words, '--dry-run', '--json'], { cwd });
  if (code !== 0) throw new Error(`${words.join(' ')}: ${stderr}`);
  return json<{ input: Record<string, unknown> }>().input;
}

const text = fc.oneof(
  fc.string({ minLength: 1, unit: 'binary' }),
  fc.constantFrom(
    '-',
    '--',
    '-p',
    '--model=x',
    '@file',
    ' padded ',
    'a=b',
    '{"a": {"b": 1}}',
    'a\nb',
    "it's",
    '0',
    ...['true', 'null', '"quoted"', ' "quoted"', '"', '[1]'],
  ),
);
/** Blank prompts are refused, and no argument can hold a NUL. */
const prompt = text.filter((words) => words.trim() !== '' && !words.includes('\0'));
const url = fc.constantFrom(
  'https://example.com/a.png',
  'https://example.com/b.png?x=1&y=%20',
  'https://example.com/c',
);
const between = (min: number, max: number): fc.Arbitrary<number> =>
  fc.double({ min, max, noNaN: true }).map((number) => number + 0);

const size = fc.oneof(
  fc.constantFrom(...(Object.keys(SIZE_PRESETS) as SizePreset[])),
  fc.record({ width: fc.integer({ min: 512, max: 2048 }), height: fc.integer({ min: 512, max: 2048 }) }),
);
const lora = fc.record(
  {
    path: fc.constantFrom(
      'owner/style',
      'https://example.com/style.safetensors',
      'https://example.com/a@b.safetensors',
    ),
    scale: fc.nat(40_000).map((number) => number / 10_000),
  },
  { requiredKeys: ['path'] },
);

const common = {
  seed: fc.nat(2 ** 31 - 1),
  loras: fc.array(lora, { minLength: 1, maxLength: 3 }),
  steps: fc.integer({ min: 4, max: 50 }),
  guidance: between(0, 20),
  numImages: fc.integer({ min: 1, max: 4 }),
  size,
  safetyChecker: fc.constant(false),
};
const REQUIRED = { requiredKeys: ['prompt', 'images', 'seed'] as const };

const general: fc.Arbitrary<EditRequest> = fc.record(
  {
    ...{ ...common, prompt, images: url.map((one) => [one]), strength: between(0.01, 1) },
    ...{ format: fc.constantFrom('png', 'jpeg'), negativePrompt: prompt },
    set: fc.record(
      {
        scheduler: fc.constantFrom('euler', 'dpmpp_2m'),
        nag_scale: between(1.001, 10),
        use_cfg_zero: fc.boolean(),
        sigma_schedule: fc.constant('sgm_uniform'),
        reference_image_url: url,
        ip_adapters: fc.constant([
          { path: 'a/b', image_encoder_path: 'c/d', image_url: 'https://example.com/i.png', scale: 0.5 },
        ]),
        fill_image: fc.constantFrom({}, { fill_image_url: ['https://example.com/f.png'] }),
        sync_mode: fc.constant(false),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [...REQUIRED.requiredKeys] },
);

const flux2: fc.Arbitrary<EditRequest> = fc.record(
  {
    ...{ ...common, prompt, images: fc.array(url, { minLength: 1, maxLength: 4 }) },
    format: fc.constantFrom('png', 'jpeg', 'webp'),
    acceleration: fc.constantFrom('none', 'regular', 'high'),
    expandPrompt: fc.constant(true),
  },
  { requiredKeys: [...REQUIRED.requiredKeys] },
);

describe('The arguments for an input', () => {
  test.each([
    { model: GENERAL, requests: general },
    { model: FLUX_2, requests: flux2 },
  ])('ask for the same again, whatever it holds: $model.name', async ({ model, requests }) => {
    const cwd = await tempDir();
    await fc.assert(
      fc.asyncProperty(requests, async (request) => {
        const input = toInput(model, request);
        expect(await inputOf(cwd, editArguments(model, input))).toEqual(input);
      }),
      { numRuns: 80 },
    );
  });

  it('name a model only where it is not the default, and say nothing twice', () => {
    const request: EditRequest = { prompt: 'snow', images: ['cat.png'], seed: 7, strength: 0.5 };
    expect(editArguments(GENERAL, toInput(GENERAL, request))).toEqual([
      'cat.png',
      '-p',
      'snow',
      '--strength=0.5',
      '--seed=7',
    ]);
    expect(editArguments(FLUX_2, toInput(FLUX_2, request))).toEqual([
      'cat.png',
      '-m',
      'flux-2-lora',
      '-p',
      'snow',
      '--seed=7',
    ]);
  });

  test.each(['-cat.png', '--help', 'batch', 'status', 'help', 'edit', 'cat.png', './-cat.png', 'a b.png'])(
    'name a picture so that it is taken for one: %s',
    async (name) => {
      const cwd = await tempDir();
      await mkdir(path.dirname(path.join(cwd, name)), { recursive: true });
      await writeFile(path.join(cwd, name), await photo('orange'));
      for (const model of [GENERAL, FLUX_2]) {
        const input = toInput(model, { prompt: 'snow', images: [name], seed: 7 });
        const sent = await inputOf(cwd, editArguments(model, input));
        expect(JSON.stringify(sent)).toContain(
          `<upload of ${name.startsWith('./') ? '' : expectedPrefix(name)}${name}>`,
        );
      }
    },
  );

  test.each(['-style.safetensors', 'my@style.safetensors', 'my@0.5.safetensors'])(
    'name a LoRA so that it is taken for one: %s',
    async (name) => {
      const cwd = await tempDir();
      await writeFile(
        path.join(cwd, name),
        Buffer.concat([Buffer.from([2, 0, 0, 0, 0, 0, 0, 0]), Buffer.from('{} ')]),
      );
      const input = toInput(GENERAL, {
        prompt: 'snow',
        images: ['https://example.com/a.png'],
        seed: 7,
        loras: [{ path: name }, { path: name, scale: 0.5 }],
      });
      const { loras } = await inputOf(cwd, editArguments(GENERAL, input));
      expect(loras).toMatchObject([{}, { scale: 0.5 }]);
      expect(JSON.stringify(loras)).toContain(name);
      expect((loras as { scale?: number }[])[0]?.scale).toBeUndefined();
    },
  );

  it('give a LoRA whose address ends like a scale the scale that fal would', async () => {
    const lora = { path: 'https://example.com/style@2' };
    const input = toInput(FLUX_2, {
      prompt: 'snow',
      images: ['https://example.com/a.png'],
      seed: 7,
      loras: [lora],
    });
    const { loras } = await inputOf(await tempDir(), editArguments(FLUX_2, input));
    expect(loras).toEqual([{ ...lora, scale: 1 }]);
  });
});

/** What stands before a name that would else be taken for something other than a file. */
function expectedPrefix(name: string): string {
  return /^-|^(batch|status|help|edit)$/.test(name) ? './' : '';
}
