/* A relative path in a row starts at the manifest's folder, and one in a flag where the user stands. */
import { expect, test } from 'vitest';
import { sha256 } from '../scene.js';
import { batchScene, BLUE, GREEN, jsonl, RED } from './scene.js';

/** Weights that are whole, each with another number in them. */
function weights(number: number): Buffer {
  const header = '{"lora":{"dtype":"F16","shape":[32],"data_offsets":[0,64]}}';
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, Buffer.from(header), Buffer.alloc(64, number)]);
}

/** Files of the same names in both places: those of the user are red, those of the manifest green. */
const FILES = {
  'x.png': RED,
  'deep/x.png': GREEN,
  'style.safetensors': weights(1),
  'deep/style.safetensors': weights(2),
  'say.txt': 'of the user',
  'deep/say.txt': 'of the manifest',
  'edit.png': BLUE,
  'deep/edit.png': BLUE,
};

const adapter = (image: string) =>
  JSON.stringify([{ path: 'h94/adapter', image_url: image, image_encoder_path: 'h94/encoder', scale: 1 }]);

interface Way {
  flags: string[];
  row: Record<string, unknown>;
  /** Of the bytes that are uploaded, or the prompt. */
  user: string;
  manifest: string;
}

const WAYS: [string, Way][] = [
  [
    'the picture',
    { flags: ['-i', 'x.png'], row: { image: 'x.png' }, user: sha256(RED), manifest: sha256(GREEN) },
  ],
  [
    'the prompt file',
    {
      flags: ['--prompt-file', 'say.txt'],
      row: { prompt_file: 'say.txt' },
      user: 'of the user',
      manifest: 'of the manifest',
    },
  ],
  [
    'a LoRA',
    {
      flags: ['--lora', 'style.safetensors@0.5'],
      row: { lora: 'style.safetensors@0.5' },
      user: sha256(weights(1)),
      manifest: sha256(weights(2)),
    },
  ],
  [
    'a picture in --set',
    {
      flags: ['--set', 'reference_image_url=x.png'],
      row: { set: { reference_image_url: 'x.png' } },
      user: sha256(RED),
      manifest: sha256(GREEN),
    },
  ],
  [
    'a picture deep in --set',
    {
      flags: ['--set', `ip_adapters=${adapter('x.png')}`],
      row: { 'set.ip_adapters': adapter('x.png') },
      user: sha256(RED),
      manifest: sha256(GREEN),
    },
  ],
];

/** What fal got: the prompt, and all bytes. */
async function got(manifest: string, row: Record<string, unknown>, flags: string[]): Promise<string[]> {
  const whole = { image: 'edit.png', prompt: 'x', ...row };
  const lacks = Object.fromEntries(
    Object.entries(whole).filter(
      ([name]) =>
        !(name === 'image' && flags.includes('-i')) &&
        !(name === 'prompt' && (flags.includes('--prompt-file') || row['prompt_file'] !== undefined)),
    ),
  );
  const { batch, fal } = await batchScene({ ...FILES, [manifest]: jsonl(lacks) });
  const { code, stderr } = await batch(manifest, ...flags);
  expect(code, stderr).toBe(0);
  const { accepted, uploads } = fal.ledger();
  return [(accepted[0]!.input as { prompt: string }).prompt, ...uploads.map((upload) => upload.sha256)];
}

test.each(WAYS)('%s', async (_, { flags, row, user, manifest }) => {
  const byFlag = await got('deep/rows.jsonl', {}, flags);
  expect(byFlag).toContain(user);
  expect(byFlag).not.toContain(manifest);
  const byRow = await got('deep/rows.jsonl', row, []);
  expect(byRow).toContain(manifest);
  expect(byRow).not.toContain(user);
  // Where both are one folder there is nothing to tell apart.
  expect(await got('rows.jsonl', row, [])).toContain(user);
});

test('a URL and an id are no paths', async () => {
  const flags = ['--lora', 'owner/style', '--lora', 'https://example.com/a.safetensors'];
  const { batch, fal } = await batchScene({ 'deep/rows.jsonl': jsonl({ image: '../a.png', prompt: 'x' }) });
  const { code, stderr } = await batch('deep/rows.jsonl', ...flags);
  expect(code, stderr).toBe(0);
  expect(fal.ledger().accepted[0]!.input).toMatchObject({
    loras: [{ path: 'owner/style' }, { path: 'https://example.com/a.safetensors' }],
  });
});

test('the row of one file is the same row, wherever it is named from', async () => {
  const scene = await batchScene({ ...FILES, 'deep/rows.jsonl': jsonl({ image: 'edit.png', prompt: 'x' }) });
  await scene.batch('deep/rows.jsonl', '--lora', 'style.safetensors');
  await scene.write({
    'rows.jsonl': jsonl({ image: 'edit.png', prompt: 'x', loras: ['style.safetensors'] }),
  });
  const { code, stderr } = await scene.batch('rows.jsonl');
  expect(code, stderr).toBe(0);
  expect(scene.fal.ledger().accepted).toHaveLength(1);
});
