/* Answers as the sandbox makes them by each output schema, read by the adapter of the same document. */
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { schemaModel } from '../../../src/models/schema/adapter.js';
import type { Model } from '../../../src/models/model.js';
import { makeOutput, type FileMaker } from '../../../src/sandbox/documents/make-output.js';
import { outputSchema, resolved } from '../../../src/sandbox/documents/schema.js';
import type { Wishes } from '../../../src/sandbox/documents/wishes.js';
import { documentsIn, FALS, FIXTURES, type Document } from './documents.js';

const SOURCE = { hash: 'h', readAt: 0, origin: 'file' } as const;

/** Files that are only addresses; the sandbox returns one picture as `images` and `image`. */
function addresses(): FileMaker {
  const file = (name: string) =>
    Promise.resolve({ url: `https://files.example/${name}`, content_type: 'image/png', file_name: name });
  return {
    picture: (name, index) => file(`${name === 'images' ? 'image' : name}-${index}`),
    archive: () => file('archive'),
    bytes: () => Promise.resolve(new Uint8Array()),
    vector: () => '<svg xmlns="http://www.w3.org/2000/svg"/>',
  } as FileMaker;
}

const WISHES = {
  ...{ prompt: 'x', seed: 7, count: 3, size: { width: 8, height: 8 }, format: 'png', inline: false },
  ...{ strength: 0.5, values: { output_mask: true, return_mask: true } },
};

function modelOf({ endpoint, openapi }: Document): Model | undefined {
  try {
    return schemaModel(endpoint, openapi, SOURCE);
  } catch {
    return undefined;
  }
}

/**
 * The output that counts as the main one, for each document: every file of an answer is found once, and none is a
 * surprise.
 */
async function mainOutputs(documents: readonly Document[], zip: boolean): Promise<string[]> {
  const found: string[] = [];
  for (const document of documents) {
    const model = modelOf(document);
    if (model === undefined) continue;
    const { endpoint, openapi } = document;
    const output = resolved(openapi, outputSchema(openapi, endpoint) ?? {});
    const wishes = { ...WISHES, zip } as unknown as Wishes;
    const run = { wishes, files: addresses(), flagged: false, inferenceMs: 5 };
    const answer = (await makeOutput(openapi, output, run)) as Record<string, unknown>;
    const urls = new Set(JSON.stringify(answer).match(/https:\/\/files\.example\/[\w-]+/g));
    const images = model.fromOutput(answer)?.images ?? [];
    expect(images.map(({ url }) => url).sort(), endpoint).toEqual([...urls].sort());
    expect(
      images.filter(({ unexpected }) => unexpected),
      endpoint,
    ).toEqual([]);
    const [first] = images;
    const main = Object.entries(answer).find(([, value]) =>
      JSON.stringify(value ?? '').includes(first?.url ?? '-'),
    );
    found.push(`${endpoint} ${main?.[0] ?? 'none'}`);
  }
  return found.sort();
}

test('our own documents', async () => {
  expect(await mainOutputs(documentsIn(FIXTURES), false)).toMatchInlineSnapshot(`
    [
      "acme/backdrop image",
      "acme/brush/lora images",
      "acme/cutout/v2 image",
      "acme/erase image",
      "acme/fill images",
      "acme/imagine/edit images",
      "acme/matte image",
      "acme/paint/edit images",
      "acme/relight images",
      "acme/scene/compose images",
      "acme/segment combined_mask",
      "acme/trace image",
      "acme/upscale image",
    ]
  `);
  expect((await mainOutputs(documentsIn(FIXTURES), true)).filter((line) => line.includes('matte'))).toEqual([
    'acme/matte file',
  ]);
});

const there = FALS.filter((folder) => existsSync(folder));

test.skipIf(there.length === 0)(
  "fal's documents: which have another main output than images or image",
  async () => {
    const documents = there.flatMap(documentsIn);
    const mains = await mainOutputs(documents, false);
    expect(mains.length).toBeGreaterThan(100);
    expect(mains.filter((line) => !/ images?$/.test(line))).toMatchInlineSnapshot(`
      [
        "fal-ai/sam2/auto-segment combined_mask",
      ]
    `);
  },
);
