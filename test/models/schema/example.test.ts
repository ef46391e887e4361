import { existsSync } from 'node:fs';
import { copyFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Model } from '../../../src/models/model.js';
import { listedModel } from '../../../src/models/registry.js';
import { schemaModel } from '../../../src/models/schema/adapter.js';
import { photo } from '../../batch/planning.js';
import { runCli } from '../../support/run-cli.js';
import { tempDir } from '../../support/temp-dir.js';
import { documentsIn, FALS, FIXTURES, modelOf, type Document } from './documents.js';

const text = { type: 'string' };

test.each<[string, Model, string]>([
  ['one picture', modelOf({ image_url: text }, ['image_url']), 'photo.jpg -m acme/made/edit'],
  [
    'a prompt, which comes last',
    modelOf({ prompt: text, image_urls: { type: 'array', items: text, minItems: 2 }, mask_url: text }, [
      'prompt',
      'mask_url',
    ]),
    "photo.jpg photo-2.jpg -m acme/made/edit --allow-many --file mask_url=mask.png -p 'make it blue'",
  ],
  [
    'required flags',
    modelOf(
      {
        image_url: text,
        strength: { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 },
        image_size: { anyOf: [{ properties: { width: text, height: text } }, { enum: ['auto', 'square'] }] },
        seed: { type: 'integer', minimum: 5, examples: [7] },
      },
      ['image_url', 'strength', 'image_size', 'seed'],
    ),
    'photo.jpg -m acme/made/edit --strength=0.5 --size auto --seed=7',
  ],
  [
    'required fields without a flag',
    modelOf(
      {
        image_url: text,
        style: { enum: ['warm', 'cold'] },
        ratio: { type: 'number', multipleOf: 0.25, minimum: 1.1 },
        sizes: { type: 'array', items: { type: 'integer' }, minItems: 2 },
        note: { type: 'string', examples: ['a'.repeat(100)], minLength: 2 },
        level: { type: 'integer', default: 'odd', maximum: -3 },
      },
      ['image_url', 'style', 'ratio', 'sizes', 'note', 'level'],
    ),
    "photo.jpg -m acme/made/edit --set style=warm --set ratio=1.25 --set 'sizes=[1,1]' --set 'note=……' --set level=-3",
  ],
  [
    'pictures of equal rank',
    modelOf({ garment_image: text, model_image: text }, ['garment_image', 'model_image']),
    '-m acme/made/edit --file garment_image=garment_image.png --file model_image=model_image.png',
  ],
  [
    'a picture that is not required, where none is',
    modelOf({ prompt: text, style_image_url: text }, ['prompt']),
    "-m acme/made/edit --file style_image_url=style_image.png -p 'make it blue'",
  ],
  [
    'pictures inside a list of objects',
    modelOf({ products: { type: 'array', items: { properties: { name: text, image_source: text } } } }),
    `-m acme/made/edit --set 'products=[{"image_source":"image_source.png"}]'`,
  ],
])('%s', (_, model, words) => {
  expect(model.example).toBe(`fal-edit ${words}`);
});

/** Plans the example of a document in a folder that has every file it names: the complaint, if there is one. */
async function runExample({ endpoint, openapi }: Document): Promise<string> {
  // It has an example of its own.
  if (listedModel(endpoint) !== undefined) return '';
  let example;
  try {
    ({ example } = schemaModel(endpoint, openapi, { hash: 'h', readAt: 0, origin: 'file' }));
  } catch {
    return '';
  }
  const cwd = await tempDir();
  await writeFile(path.join(cwd, 'photo.jpg'), await photo('orange'));
  for (const [name] of example.matchAll(/[\w-]+\.png/g)) {
    await copyFile(path.join(cwd, 'photo.jpg'), path.join(cwd, name));
  }
  await writeFile(path.join(cwd, 'schema.json'), JSON.stringify(openapi));
  const [, ...argv] = [...example.matchAll(/((?:'[^']*'|[^\s'])+)/g)].map(([word]) =>
    word.replaceAll("'", ''),
  );
  const { code, stderr } = await runCli([...argv, '--dry-run', '--schema', 'schema.json'], { cwd });
  return code === 0 ? '' : `${example}: ${stderr}`;
}

describe('every example runs', () => {
  test.each(documentsIn(FIXTURES).map((document) => [document.endpoint, document] as const))(
    '%s',
    async (_, document) => {
      expect(await runExample(document)).toBe('');
    },
  );
});

describe.skipIf(!existsSync(FALS[0] ?? ''))("every example of fal's own documents runs", () => {
  const all = existsSync(FALS[0] ?? '') ? FALS.flatMap(documentsIn) : [];
  test.each(all.map((document) => [document.endpoint, document] as const))('%s', async (_, document) => {
    expect(await runExample(document)).toBe('');
  });
});
