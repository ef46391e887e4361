import { describe, expect, it, test } from 'vitest';
import * as z from 'zod';
import type { FieldChange } from '../../src/migrate/field-change.js';
import { translate } from '../../src/migrate/translate.js';
import { flux2Lora } from '../../src/models/flux-2-lora.js';
import { fluxGeneral } from '../../src/models/flux-general.js';
import type { Model } from '../../src/models/model.js';
import { ours } from './any-models.js';

const URL_A = 'https://example.com/a.png';
const URL_B = 'https://example.com/b.png';

const paint = ours('acme/paint/edit');
const brush = ours('acme/brush/lora');
const relight = ours('acme/relight');
const fill = ours('acme/fill');
const matte = ours('acme/matte');
const upscale = ours('acme/upscale');
const imagine = ours('acme/imagine/edit');

type Input = Record<string, unknown>;

const from = (model: Model, input: Input, to: Model, keepLoras = false) =>
  translate(input, model, to, { keepLoras });

/** The change of one field, as `kind → to: why; instead`. */
const changeOf = (changes: readonly FieldChange[], field: string) =>
  changes
    .filter((change) => change.field === field)
    .map(({ kind, to = '', why = '', instead = '' }) => `${kind} → ${to}: ${why}; ${instead}`)
    .join('\n');

describe('a field goes', () => {
  const GENERAL = { prompt: 'snow', image_url: URL_A };

  test.each<[string, Model, Input, Model, Input, string, RegExp]>([
    [
      'to the field of the same flag',
      ...([fluxGeneral, GENERAL, relight, {}, 'prompt'] as const),
      /^renamed → instruction: ; $/,
    ],
    [
      'into a list of pictures',
      ...([fluxGeneral, GENERAL, paint, { image_urls: [URL_A] }, 'image_url'] as const),
      /^reshaped → image_urls: a list; $/,
    ],
    [
      'to the field of the same name',
      ...([
        paint,
        { ...PICTURES(), safety_tolerance: '3' },
        fill,
        { safety_tolerance: '3' },
        'safety_tolerance',
      ] as const),
      /^kept → safety_tolerance: the default of acme\/fill is 2; $/,
    ],
    [
      'to the mask of another name',
      ...([fill, { ...GENERAL, mask_url: URL_B }, relight, { mask_image_url: URL_B }, 'mask_url'] as const),
      /^renamed → mask_image_url: acme\/relight: "Where .*black is changed.*"; acme\/fill: "The mask: white .*"; Check/,
    ],
    [
      'as text to words that look like numbers',
      ...([
        paint,
        { ...PICTURES(), safety_tolerance: 3 },
        fill,
        { safety_tolerance: '3' },
        'safety_tolerance',
      ] as const),
      /^kept → safety_tolerance: converted to text/,
    ],
  ])('%s', (_, old, input, to, expected, field, change) => {
    const translated = from(old, { ...added(to), ...input }, to);
    expect(translated.input).toMatchObject(expected);
    expect(changeOf(translated.changes, field)).toMatch(change);
  });

  it('never to a field that another flag of both fills', () => {
    const both: Model = { ...fluxGeneral, fields: { ...fluxGeneral.fields, prompt: ['prompt'] } };
    const { changes } = from(both, { ...GENERAL, instruction: 'night', light_type: 'sun' }, relight);
    expect(changeOf(changes, 'instruction')).toMatch(/^ignored/);
  });
});

/** A request for acme/paint/edit. */
function PICTURES(): Input {
  return { prompt: 'snow', image_urls: [URL_A] };
}

/** What only that model must have. */
function added(to: Model): Input {
  if (to === fill) return { mask_url: URL_B };
  return to === relight ? { light_type: 'sun' } : {};
}

describe('what only the other model must have', () => {
  it('is asked for by name, with what is allowed', () => {
    expect(() => from(fluxGeneral, { prompt: 'dawn', image_url: URL_A }, relight)).toThrow(
      expect.objectContaining({
        kind: 'input',
        message:
          'light_type is missing. flux-general has no such field; for acme/relight, it must be sun, lamp or custom.',
        hint: 'Add light_type to the request: acme/relight must have it.',
      }),
    );
    expect(() => from(paint, PICTURES(), { ...fill, input: fill.input.required({ seed: true }) })).toThrow(
      expect.objectContaining({ hint: 'Add mask_url and seed to the request: acme/fill must have them.' }),
    );
    expect(() => from(matte, { image_url: URL_A }, flux2Lora)).toThrow(
      /^prompt is missing\. acme\/matte has no/,
    );
  });

  it('is taken over where it was added, though fal ignored it', () => {
    const { input, changes } = from(matte, { image_url: URL_A, prompt: 'snow' }, flux2Lora);
    expect(input).toEqual({ image_urls: [URL_A], prompt: 'snow' });
    expect(changeOf(changes, 'prompt')).toBe(
      'kept → prompt: flux-2-lora must have it, and acme/matte has no such field; ',
    );
  });

  it("is the old model's default where the request has none", () => {
    const { input, changes } = from(ours('acme/scene/compose'), { prompt: 'x', image_url: URL_A }, brush);
    expect(input).toEqual({ prompt: 'x', image_urls: [URL_A], sync_mode: false });
    expect(changeOf(changes, 'prompt')).toBe('kept → prompt: ; ');
    const strict: Model = { ...fluxGeneral, input: fluxGeneral.input.required({ strength: true }) };
    const { strength } = from(ours('acme/relight'), { instruction: 'x', image_url: URL_A }, strict).input;
    expect(strength).toBe(0.5);
  });

  test.each<[Input, Model, Model]>([
    [{ prompt: 'xyz' }, imagine, ours('acme/backdrop')],
    [{ prompt: 'xyz', image_urls: [] }, imagine, paint],
    [{ prompt: 'x', image_urls: null }, imagine, fluxGeneral],
  ])('is a picture, even where fal would do without: %j', (input, old, to) => {
    expect(() => from(old, input, to)).toThrow(/^image_urls is missing\./);
  });
});

describe('strength', () => {
  it('is carried over with a warning where fal says something else about it', () => {
    const { input, changes } = from(fluxGeneral, { prompt: 'x', image_url: URL_A, strength: 0.9 }, upscale);
    expect(input).toMatchObject({ strength: 0.9 });
    expect(changeOf(changes, 'strength')).toBe(
      'kept → strength: acme/upscale: "How much detail is added: 0 adds none."; ' +
        'flux-general: "1 remakes the picture, near 0 keeps it."; Check the value: it may not mean the same',
    );
  });

  it('is not equated by its default either', () => {
    const { changes } = from(fluxGeneral, { prompt: 'x', image_url: URL_A, light_type: 'sun' }, relight);
    expect(changeOf(changes, 'strength')).toMatch(/^default_differs .*0\.5 in .*; Check it: a value may not/);
  });
});

describe('LoRAs', () => {
  const loras = [{ path: 'a/b', scale: 0.8 }];

  it.each([
    [brush, flux2Lora, 'image_urls'],
    [flux2Lora, brush, 'image_urls'],
  ])('go over where a base is unknown, with a note', (old, to, images) => {
    const { input, changes } = from(old, { prompt: 'x', [images]: [URL_A], loras }, to);
    expect(input['loras']).toEqual(loras);
    expect(changeOf(changes, 'loras')).toBe(
      'kept → loras: unknown: the base model of acme/brush/lora is not known; check that they fit; ',
    );
  });

  it('keep the fields that the other model has', () => {
    const rich = [{ path: 'a/b', scale: { up: 1 } }];
    const { input, changes } = from(brush, { ...PICTURES(), loras: rich }, flux2Lora);
    expect(input).not.toHaveProperty('loras');
    expect(changeOf(changes, 'loras[0].scale')).toMatch(/^out_of_range/);
    expect(from(flux2Lora, { ...PICTURES(), loras: rich }, brush).input['loras']).toEqual(rich);
  });
});

describe('sizes and formats', () => {
  const sizes = z.enum(['1024x1024', '512x768', 'portrait_16_9']).optional();
  const inWords: Model = {
    ...flux2Lora,
    name: 'in-words',
    input: flux2Lora.input.extend({ image_size: sizes }),
  };

  test.each<[Model, unknown, Model, unknown]>([
    [brush, { width: 512, height: 768 }, inWords, '512x768'],
    [brush, { width: 576, height: 1024 }, inWords, 'portrait_16_9'],
    [flux2Lora, 'square_hd', inWords, '1024x1024'],
    [inWords, '512x768', brush, { width: 512, height: 768 }],
  ])('keep what they mean in another form', (old, size, to, expected) => {
    const { input, changes } = from(old, { ...PICTURES(), image_size: size }, to);
    expect(input['image_size']).toEqual(expected);
    expect(changeOf(changes, 'image_size')).toMatch(/^reshaped → image_size: written /);
  });

  it('may be called jpg or jpeg', () => {
    const format = z.enum(['png', 'jpg']).optional();
    const jpg: Model = { ...paint, name: 'jpg', input: paint.input.extend({ output_format: format }) };
    const { input, changes } = from(paint, { ...PICTURES(), output_format: 'jpeg' }, jpg);
    expect(input['output_format']).toBe('jpg');
    expect(changeOf(changes, 'output_format')).toBe('kept → output_format: called jpg here; ');
  });

  it('are lost with the field that may do instead', () => {
    const { changes } = from(flux2Lora, { ...PICTURES(), image_size: 'square' }, paint);
    expect(changeOf(changes, 'image_size')).toBe(
      'dropped → : no counterpart in acme/paint/edit; Perhaps set aspect_ratio',
    );
    const { changes: others } = from(paint, { ...PICTURES(), output_format: 'webp' }, ours('acme/segment'));
    expect(changeOf(others, 'output_format')).toMatch(/^out_of_range .*allowed: png or jpeg; Without it/);
  });
});

describe('what has no counterpart is lost by name', () => {
  it('with advice that suits the other model', () => {
    const input = {
      ...PICTURES(),
      seed: 7,
      num_images: 2,
      negative_prompt: 'cars',
      enable_prompt_expansion: false,
    };
    const { input: own, changes } = from(brush, input, matte);
    expect(own).toEqual({ image_url: URL_A, sync_mode: false });
    expect(changeOf(changes, 'prompt')).toBe('dropped → : acme/matte takes no prompt; ');
    expect(changeOf(changes, 'seed')).toBe(
      'dropped → : no counterpart in acme/matte; Its results cannot be repeated',
    );
    expect(changeOf(changes, 'negative_prompt')).toBe('dropped → : no counterpart in acme/matte; ');
    const { changes: masks } = from(fill, { prompt: 'snow', image_url: URL_A, mask_url: URL_B }, paint);
    expect(changeOf(masks, 'mask_url')).toMatch(/Without a mask, all of it may change$/);
  });

  it('and pictures beyond the limit, but for a model of unknown limit', () => {
    const three = { prompt: 'snow', image_urls: [URL_A, URL_B, URL_A] };
    expect(changeOf(from(paint, three, fluxGeneral).changes, 'image_urls[1..2]')).toMatch(/^dropped/);
    const open: Model = { ...paint, name: 'open', maxImages: 1, statesNoLimit: true };
    const { input, changes } = from(flux2Lora, three, open);
    expect(input['image_urls']).toHaveLength(3);
    expect(changeOf(changes, 'image_urls')).toMatch(
      /^kept .*fal states no limit for open, and may ignore some/,
    );
  });

  it('null means something only where leaving it out would be a default', () => {
    const { input, changes } = from(paint, { ...PICTURES(), aspect_ratio: null, seed: null }, imagine);
    expect(input).toEqual({ ...PICTURES(), aspect_ratio: null, sync_mode: false });
    expect(changeOf(changes, 'seed')).toBe('dropped → : null is the same as not set; ');
  });
});
