import { existsSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { findFileFields } from '../../../src/models/fields.js';
import { readDocument } from '../../../src/models/schema/document.js';
import { mainPicture, pictureLimit, takesMask, takesPicture } from '../../../src/models/schema/pictures.js';
import { optionsOf, type Field, type Tree } from '../../../src/models/schema/tree.js';
import { readTree } from '../../../src/models/schema/walk.js';
import { documentsIn, FALS, FIXTURES, modelOf } from './documents.js';

const text = { type: 'string' };
const list = (items: unknown, more: object = {}) => ({ type: 'array', items, ...more });
const orNull = (schema: unknown) => ({ anyOf: [schema, { type: 'null' }] });

/** Fields of an object by name. */
function fieldsOf(properties: Record<string, unknown>, required: readonly string[] = []) {
  const tree = readTree({ properties, required }, {});
  return tree.kind === 'object' ? tree.fields : new Map<string, Field>();
}

function fieldOf(name: string, schema: unknown): Field {
  const field = fieldsOf({ [name]: schema }).get(name);
  if (field === undefined) throw new Error(name);
  return field;
}

describe('a field that takes pictures', () => {
  test.each([
    'image_url',
    'image_urls',
    'input_image_urls',
    'reference_image_url',
    'reference_image_urls',
    'reference_mask_urls',
    'mask_url',
    'mask_image_url',
    'control_image_url',
    'control_lora_image_url',
    'change_map_image_url',
    'ip_adapter_mask_url',
    'ic_light_model_background_image_url',
    'garment_image_url',
    'person_image_url',
    'frontal_image_url',
    'fill_image_url',
    'model_image',
    'garment_image',
    'image_source',
    'product_image_source',
    'image',
    'mask',
    'photo_url',
    'picture_urls',
    'reference_photos',
  ])('%s', (name) => {
    const forms = [text, orNull(text), list(text), orNull(list(text)), { anyOf: [text, list(text)] }];
    expect(forms.map((form) => takesPicture(fieldOf(name, form)))).toEqual(forms.map(() => true));
  });

  test.each([
    'config_url',
    'control_method_url',
    'video_url',
    'reference_video_url',
    'mask_video_url',
    'audio_url',
    'pdf_url',
    'ic_light_model_url',
    'base_model_url',
    'font_file_1_url',
    'font_file_bold_url',
    'image_archive_url',
    'images_archive_url',
    'images_data_url',
    'face_images_data_url',
    'additional_lora_url',
    'training_data_url',
    'webhook_url',
    'url',
    'path',
    'image_encoder_path',
    'image_encoder_weight_name',
    'image_prompt',
    'image_control_type',
    'masked_prompt',
    'imagery_url',
  ])('is not %s', (name) => {
    expect([text, list(text)].map((form) => takesPicture(fieldOf(name, form)))).toEqual([false, false]);
  });

  test.each([
    ['words', { enum: ['a', 'b'] }],
    ['a constant', { const: 'a' }],
    ['a number', { type: 'integer' }],
    ['a switch', { type: 'boolean' }],
    ['an object', { properties: { url: text } }],
    ['objects', list({ properties: { image_url: text } })],
    ['text or an object', { anyOf: [text, { properties: { url: text } }] }],
    ['null only', { type: 'null' }],
    ['anything', {}],
    ['lists of lists', list(list(text))],
  ])('is none for %s, whatever its name', (_, schema) => {
    expect(takesPicture(fieldOf('image_url', schema))).toBe(false);
  });

  it("has fal's mark, if not the name", () => {
    const marked = (mark: string, name = 'subject') =>
      takesPicture(fieldOf(name, { type: 'string', ui: { field: mark } }));
    expect(
      ['image', 'image_mask', 'images', 'imagery', 'video', 'file', 'text'].map((mark) => marked(mark)),
    ).toEqual([true, true, true, false, false, false, false]);
    expect(takesPicture(fieldOf('subject', { type: 'string', _fal_ui_field: 'image' }))).toBe(true);
    expect(marked('text', 'image_url')).toBe(true);
  });
});

test('pictures are found inside lists and objects', () => {
  const element = {
    properties: { frontal_image_url: text, reference_image_urls: list(text), name: text },
  };
  const model = modelOf({
    image_url: text,
    elements: orNull(list(element)),
    reference_images: list({ properties: { image_url: text, weight: { type: 'number' } } }),
    image_prompt_1: { properties: { image_url: orNull(text), type: { enum: ['ImagePrompt'] } } },
    products: list({ properties: { image_source: text } }),
    config_url: text,
  });
  const input = {
    image_url: 'a.png',
    elements: [{ frontal_image_url: 'b.png', reference_image_urls: ['c.png', 'd.png'], name: 'e.png' }],
    reference_images: [{ image_url: 'f.png', weight: 1 }],
    image_prompt_1: { image_url: 'g.png', type: 'ImagePrompt' },
    products: [{ image_source: 'h.png' }, { image_source: 'i.png' }],
    config_url: 'j.json',
  };
  expect(model.input.safeParse(input).success).toBe(true);
  expect(findFileFields(model.input, input).map(({ path }) => path.join('.'))).toEqual([
    'image_url',
    'elements.0.frontal_image_url',
    'elements.0.reference_image_urls.0',
    'elements.0.reference_image_urls.1',
    'reference_images.0.image_url',
    'image_prompt_1.image_url',
    'products.0.image_source',
    'products.1.image_source',
  ]);
});

describe('the picture to edit', () => {
  const url = { type: 'string' };
  const urls = list(text);
  test.each<[string, Record<string, unknown>, string[], string | undefined]>([
    ['the only one', { image_url: url }, ['image_url'], 'image_url'],
    ['not the mask', { mask_url: url, image_url: url }, ['mask_url', 'image_url'], 'image_url'],
    ['not style references', { image_urls: urls, image_url: url }, ['image_url'], 'image_url'],
    [
      'the required one',
      { image_urls: urls, reference_image_urls: urls },
      ['reference_image_urls'],
      'reference_image_urls',
    ],
    [
      'one of any name, if it alone is required',
      { model_image: url, style_image_url: url },
      ['model_image'],
      'model_image',
    ],
    [
      'none of two equal ones',
      { model_image: url, garment_image: url },
      ['model_image', 'garment_image'],
      undefined,
    ],
    ['the usual one, if none is required', { style_image_url: url, image_urls: urls }, [], 'image_urls'],
    ['none of unusual ones that are not required', { style_image_url: url }, [], undefined],
    ['no mask', { mask_url: url }, ['mask_url'], undefined],
    ['no marked mask', { area: { type: 'string', ui: { field: 'image_mask' } } }, ['area'], undefined],
    ['no video', { video_url: url }, ['video_url'], undefined],
  ])('%s', (_, properties, required, main) => {
    expect(mainPicture(fieldsOf(properties, required))?.name).toBe(main);
  });
});

describe('the number of pictures', () => {
  test.each([
    ['List of URLs of input images for editing. Presently, up to 10 image inputs are allowed.', 10],
    ['A maximum of 4 images are allowed, if more are provided, only the first 4 will be used.', 4],
    ['A maximum of 3 images are supported.', 3],
    ['List of reference images. Max 10 images.', 10],
    ['Reference image URL(s). Up to 4 images.', 4],
    ['Maximum: 6.', 6],
    ['Max. 5 pictures', 5],
    ['Support up to 3 images.', 3],
    ['Supports 2 images at once.', 2],
    ['Reference images for editing (1-3 images required).', 3],
    ['Reference images (1 – 3 images).', 3],
    ['Provide 1 to 8 images of glyphs.', 8],
    ['0-3 images supported. Optional.', 3],
    ['Currently only 1 image is supported, rest will be ignored. (maximum total size 10MB)', 1],
    ['Currently only one mask is supported.', 1],
    ['Only the first three will be used.', 3],
    ['Up to ten pictures', 10],
    ['Up to fourteen reference images.', 14],
    ['Upload at most 2.', 2],
    ['No more than 5 images.', 5],
    ['The images to edit (maximum 4).', 4],
    ['Limit of 6 images.', 6],
    ['You can give 16 images at most', 16],
  ])('is in %j', (description, count) => {
    expect(pictureLimit(fieldOf('image_urls', list(text, { description })))).toBe(count);
  });

  test.each([
    '',
    'The URLs of the images to edit.',
    'Use @Image1, @Image2 in the prompt.',
    'Max file size: 10.0MB. Max size 10 MB.',
    'Maximum total size of 10MB across all.',
    'Up to 10 MB each.',
    'Up to 4096 pixels on each side.',
    'Up to 4 megapixels.',
    'At most 30 seconds.',
    'Resolution: 384-5000px each dimension.',
    'Aspect ratio at most 3:1.',
    'Up to 2K resolution.',
    'Up to 16x enlargement.',
    'Up to 3.5 MB.',
    'A maximum of 0 images.',
    'A maximum of 100000 images.',
    'Supports 8 languages.',
  ])('is not in %j', (description) => {
    expect(pictureLimit(fieldOf('image_urls', list(text, { description })))).toBe(undefined);
  });

  it('is 1 without a list, and what the schema says of a list', () => {
    const four = 'Up to 4 images.';
    expect([
      pictureLimit(fieldOf('image_url', { type: 'string', description: four })),
      pictureLimit(fieldOf('image_url', orNull(text))),
      pictureLimit(fieldOf('image_urls', list(text, { maxItems: 8, description: four }))),
      pictureLimit(fieldOf('image_urls', { ...orNull(list(text, { maxItems: 2 })), description: four })),
      pictureLimit(fieldOf('image_urls', list(text, { maxItems: 1e9 }))),
      pictureLimit(fieldOf('image_urls', list(text, { maxItems: 0 }))),
      pictureLimit(fieldOf('fill_image_url', { anyOf: [text, list(text)] })),
    ]).toEqual([1, 1, 8, 2, 1e9, 0, undefined]);
  });
});

/** Every field of a tree, at any depth, with the names that lead there. */
function allFields(tree: Tree): Field[] {
  return optionsOf(tree).flatMap((option) => {
    if (option.kind === 'list') return allFields(option.items);
    if (option.kind !== 'object') return [];
    return [...option.fields.values()].flatMap((field) => [field, ...allFields(field.tree)]);
  });
}

function pictureNames(folders: readonly string[]): { taken: string[]; others: string[] } {
  const fields = folders.flatMap(documentsIn).flatMap(({ endpoint, openapi }) => {
    try {
      return allFields({ kind: 'object', fields: readDocument(endpoint, openapi).input });
    } catch {
      return [];
    }
  });
  const like = fields.filter(({ name }) =>
    /url|image|mask|photo|picture|file|video|audio|source/i.test(name),
  );
  const names = (ones: readonly Field[]) => [...new Set(ones.map(({ name }) => name))].sort();
  return {
    taken: names(fields.filter((field) => takesPicture(field) || takesMask(field))),
    others: names(like.filter((field) => !takesPicture(field))),
  };
}

test('the names in our own documents', () => {
  expect(pictureNames([FIXTURES])).toMatchInlineSnapshot(`
    {
      "others": [
        "config_url",
        "image_size",
        "min_mask_area",
        "num_images",
        "output_mask",
      ],
      "taken": [
        "control_image_url",
        "fill_image_url",
        "frontal_image_url",
        "image_source",
        "image_url",
        "image_urls",
        "mask_image_url",
        "mask_url",
        "reference_image_url",
        "reference_image_urls",
        "style_reference_url",
      ],
    }
  `);
});

describe.skipIf(!existsSync(FALS[0] ?? ''))("fal's own documents", () => {
  test('have the names that a person has read', () => {
    expect(pictureNames(FALS)).toMatchInlineSnapshot(`
      {
        "others": [
          "cns_gamma_source",
          "config_url",
          "control_image_stop_at",
          "control_image_weight",
          "control_method_url",
          "fill_image",
          "garment_photo_type",
          "ic_light_model_url",
          "image_control_type",
          "image_encoder_path",
          "image_encoder_subfolder",
          "image_encoder_weight_name",
          "image_format",
          "image_guidance_scale",
          "image_projection_shortcut",
          "image_prompt_1",
          "image_prompt_2",
          "image_prompt_3",
          "image_prompt_4",
          "image_prompt_strength",
          "image_size",
          "image_strength",
          "invert_mask",
          "mask_only",
          "mask_threshold",
          "mask_type",
          "max_images",
          "min_mask_region_area",
          "mixing_image_prompt_and_inpaint",
          "mixing_image_prompt_and_vary_upscale",
          "num_images",
          "num_images_per_size",
          "number_of_images",
          "original_image_location",
          "original_image_size",
          "output_mask",
          "photographic_characteristics",
          "profile_ids",
        ],
        "taken": [
          "canny_image_url",
          "change_map_image_url",
          "composition_image_url",
          "control_image_url",
          "control_lora_image_url",
          "depth_image_url",
          "fill_image_url",
          "frontal_image_url",
          "garment_image",
          "garment_image_url",
          "human_image_url",
          "ic_light_image_url",
          "ic_light_model_background_image_url",
          "identity_image_url",
          "image_source",
          "image_url",
          "image_urls",
          "inpaint_image_url",
          "input_image_urls",
          "ip_adapter_image_url",
          "ip_adapter_mask_url",
          "mask_image_url",
          "mask_url",
          "model_image",
          "normal_image_url",
          "openpose_image_url",
          "ref_image_url",
          "reference_image_url",
          "reference_image_urls",
          "reference_mask_urls",
          "segmentation_image_url",
          "structure_image_url",
          "style_image_url",
          "teed_image_url",
          "uov_image_url",
        ],
      }
    `);
  });
});

test('a list in another field takes no more pictures than fal uses', () => {
  const model = modelOf({
    image_url: text,
    reference_mask_urls: list(text, {
      description: 'Currently only 1 mask is supported, rest will be ignored.',
    }),
    style_image_urls: orNull(list(text)),
  });
  const accepts = (input: object): boolean => model.input.safeParse({ image_url: 'a', ...input }).success;
  expect([
    accepts({ reference_mask_urls: ['a'] }),
    accepts({ reference_mask_urls: ['a', 'b'] }),
    accepts({ style_image_urls: ['a', 'b', 'c'] }),
    accepts({ style_image_urls: null }),
  ]).toEqual([true, false, true, true]);
});
