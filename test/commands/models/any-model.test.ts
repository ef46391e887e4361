import { expect, it } from 'vitest';
import { detailLines } from '../../../src/commands/models/detail.js';
import { modelsDocument } from '../../../src/commands/models/document.js';
import { schemaModel } from '../../../src/models/schema/adapter.js';
import { documentsIn, FIXTURES } from '../../models/schema/documents.js';

const modelOf = (endpoint: string) => {
  const openapi = documentsIn(FIXTURES).find((one) => one.endpoint === endpoint)?.openapi;
  return schemaModel(endpoint, openapi, {
    hash: 'a'.repeat(64),
    readAt: Date.UTC(2026, 10, 30),
    origin: 'fal',
  });
};

it('shows what a model known only by its schema takes and returns', () => {
  expect(detailLines(modelOf('acme/fill')).join('\n')).toMatchInlineSnapshot(`
    "acme/fill
    image-to-image by acme, with a mask; described by fal's own schema

    Example:
      fal-edit photo.jpg -m acme/fill --file mask_url=mask.png -p 'make it blue'

    Pictures: exactly 1
    LoRAs:    none
    Formats:  jpeg, png; default jpeg
    Sizes:    fal decides
    Returns:  images
    Schema:   fal, read 2026-11-30; aaaaaaaaaaaa
    Lacks:    --strength, --lora, --size, --negative-prompt, --acceleration,
              --no-safety-checker

    Fields:
      --prompt (prompt)
          What to paint there. Allowed: text. Required.
      --image (image_url)
          The picture. Allowed: a picture (path, http(s) URL or data: URI).
          Required.
      --num-images (num_images)
          Number of results. Allowed: a whole number from 1 to 4. fal's default: 1.
      --seed (seed)
          Repeats a result: the same seed and the same input give the same picture.
          Allowed: a whole number, or null.
      --guidance (guidance_scale)
          How closely to follow the prompt. Allowed: a number from 1.5 to 100. fal's
          default: 60.
      --steps (num_inference_steps)
          Number of steps. Allowed: a whole number from 10 to 50. fal's default: 30.
      --format (output_format)
          File format of the result. Allowed: jpeg or png. fal's default: jpeg.
      --expand-prompt (enhance_prompt)
          Let a language model rewrite the prompt. Allowed: true or false. fal's
          default: false.
      --file mask_url=…
          The mask: white is painted anew, black is kept. It must have the size of
          the picture. Allowed: a picture (path, http(s) URL or data: URI).
          Required.
      --set safety_tolerance=…
          How much the moderation lets pass, from 1 (strictest) to 6. Allowed: 1, 2,
          3, 4, 5 or 6. fal's default: 2.
      --set sync_mode=…
          Always false here. Allowed: false. fal's default: false."
  `);
});

it('describes every one of them as JSON', () => {
  const usable = documentsIn(FIXTURES).flatMap(({ endpoint }) => {
    try {
      return [modelOf(endpoint)];
    } catch {
      return [];
    }
  });
  const document = JSON.stringify(modelsDocument(usable));
  expect(JSON.parse(document)).toMatchObject({ status: 'ok' });
  expect(document).toContain('"returns":["image"');
});
