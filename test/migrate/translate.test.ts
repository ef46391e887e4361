import { describe, expect, it, test } from 'vitest';
import type { FieldChange } from '../../src/migrate/field-change.js';
import { translate } from '../../src/migrate/translate.js';
import { flux2Lora } from '../../src/models/flux-2-lora.js';
import { fluxGeneral } from '../../src/models/flux-general.js';

const URL_A = 'https://example.com/a.png';
const GENERAL = { prompt: 'snow', image_url: URL_A, guidance_scale: 3 };
const FLUX_2 = { prompt: 'snow', image_urls: [URL_A], guidance_scale: 3 };

const forward = (input: Record<string, unknown>, keepLoras = false) =>
  translate({ ...GENERAL, ...input }, fluxGeneral, flux2Lora, { keepLoras });
const backward = (input: Record<string, unknown>, keepLoras = false) =>
  translate({ ...FLUX_2, ...input }, flux2Lora, fluxGeneral, { keepLoras });

/** The changes of one field, as `kind: why; instead`. */
const changeOf = (changes: readonly FieldChange[], field: string) =>
  changes
    .filter((change) => change.field === field)
    .map(({ kind, why = '', instead = '' }) => `${kind}: ${why}; ${instead}`)
    .join('\n');

describe('flux-general to flux-2-lora', () => {
  it('keeps what both have, and puts the picture into a list', () => {
    const shared = { num_inference_steps: 20, seed: 1, output_format: 'jpeg', enable_safety_checker: false };
    const { input, changes } = forward({ ...shared, image_size: { width: 512, height: 2048 } });
    expect(input).toEqual({ ...FLUX_2, ...shared, image_size: { width: 512, height: 2048 } });
    expect(changes.map(({ field, kind }) => `${field} ${kind}`)).toEqual([
      'prompt kept',
      'image_url reshaped',
      'guidance_scale kept',
      'num_inference_steps kept',
      'seed kept',
      'output_format kept',
      'enable_safety_checker kept',
      'image_size kept',
    ]);
  });

  test.each<[string, unknown, RegExp]>([
    ['strength', 0.6, /^dropped: no counterpart in flux-2-lora, which edits by instruction; .*prompt/],
    ['negative_prompt', 'cars', /^dropped: .*; Say in the prompt/],
    ['nag_scale', 3, /^dropped: it needs negative_prompt/],
    ['controlnets', [], /^dropped: .*; Add another picture/],
    ['reference_image_url', URL_A, /^dropped: .*; Add another picture/],
    ['scheduler', 'euler', /^dropped: no counterpart in flux-2-lora; $/],
    [
      'num_images',
      10,
      /^out_of_range: 10 is left out; allowed: a whole number from 1 to 4; Without it, .* 1$/,
    ],
    ['num_inference_steps', 3, /^out_of_range: 3 .* 4 to 50; Without it, flux-2-lora uses 28$/],
    ['image_size', { width: 256, height: 256 }, /^out_of_range: 256x256 .* 512 to 2048/],
    ['sync_mode', true, /^out_of_range/],
    ['seed', null, /^dropped: null is the same as not set; $/],
    ['steps', 20, /^ignored: .* no such field: fal ignored it; You may have meant num_inference_steps$/],
    ['numImages', 2, /^ignored: .*; You may have meant num_images$/],
    ['guidence', 2, /^ignored: .*; You may have meant guidance_scale$/],
    ['acceleration', 'high', /^ignored: .*; flux-2-lora has acceleration: add it to use it$/],
    ['zzzzzzzzzzz', 2, /^ignored: .*: fal ignored it; $/],
    ['image_strength', 0.4, /^ignored: .*0\.4 had no effect: fal used strength 0\.85; /],
  ])('leaves %s out', (field, value, expected) => {
    const { input, changes } = forward({ [field]: value });
    expect(changeOf(changes, field)).toMatch(expected);
    expect(input).toEqual(FLUX_2);
  });

  test.each([
    [{ strength: 0.6, image_strength: 0.6 }, 'ignored: same value as strength: fal reads only strength; '],
    [{ strength: 0.6, image_strength: 0.4 }, 'ignored: fal used strength: fal reads only strength; '],
  ])('tells an image_strength beside a strength: %j', (input, expected) => {
    expect(changeOf(forward(input).changes, 'image_strength')).toBe(expected);
  });

  it('tells that a default differs, and how to keep the old one', () => {
    const { changes } = translate({ prompt: 'x', image_url: URL_A }, fluxGeneral, flux2Lora, {
      keepLoras: false,
    });
    expect(changes.filter(({ kind }) => kind === 'default_differs')).toEqual([
      {
        field: 'guidance_scale',
        kind: 'default_differs',
        to: 'guidance_scale',
        why: '2.5 in flux-2-lora, 3.5 in flux-general',
        instead: 'Set guidance_scale to 3.5 to keep the old one',
      },
    ]);
  });

  test.each([
    [{ guidance_scale: '4.5' }, { guidance_scale: 4.5 }, 'guidance_scale'],
    [{ enable_safety_checker: 'false' }, { enable_safety_checker: false }, 'enable_safety_checker'],
  ])('reads %j', (given, read, field) => {
    const { input, changes } = forward(given);
    expect(input).toMatchObject(read);
    expect(changeOf(changes, field)).toMatch(/^kept: converted from text/);
  });

  it('leaves a text that is no number out, and a prompt of digits as it is', () => {
    const { input, changes } = forward({ prompt: '42', guidance_scale: 'much' });
    expect(input).toEqual({ prompt: '42', image_urls: [URL_A] });
    expect(changeOf(changes, 'guidance_scale')).toMatch(
      /^out_of_range: much is left out; allowed: a number from 0 to 20/,
    );
  });
});

describe('flux-2-lora to flux-general', () => {
  it('takes the first of several pictures, and tells the others', () => {
    const urls = [URL_A, 'https://example.com/b.png', 'https://example.com/c.png'];
    const { input, changes } = backward({ image_urls: urls });
    expect(input['image_url']).toBe(URL_A);
    expect(changeOf(changes, 'image_urls[1..2]')).toMatch(/^dropped: .*one picture; reference_image_url/);
  });

  test.each<[string, unknown, RegExp]>([
    ['acceleration', 'high', /^dropped: no counterpart in flux-general; /],
    ['enable_prompt_expansion', true, /^dropped: .*; Write a detailed prompt$/],
    ['output_format', 'webp', /^out_of_range: webp is left out; allowed: jpeg or png; Without it, .* png$/],
    ['strength', 0.65, /^ignored: .*; flux-general has strength: add it/],
  ])('leaves %s out', (field, value, expected) => {
    const { input, changes } = backward({ [field]: value });
    expect(changeOf(changes, field)).toMatch(expected);
    expect(input).toEqual(GENERAL);
  });
});

describe('LoRAs', () => {
  const loras = [
    { path: 'a/a', scale: 0.8, force: true },
    { path: 'b/b', scale: 7 },
    { path: 'c/c' },
    { path: 'd/d' },
    { path: 'e/e' },
  ];

  it('of the other family stay out', () => {
    const { input, changes } = forward({ loras });
    expect(input).toEqual(FLUX_2);
    expect(changeOf(changes, 'loras')).toBe(
      'dropped: LoRAs trained for FLUX.1 [dev] do not fit FLUX.2 [dev]; Use LoRAs for FLUX.2 [dev]; --keep-loras keeps these',
    );
    expect(changeOf(backward({ loras: [{ path: 'a/a' }] }).changes, 'loras')).toContain(
      'FLUX.2 [dev] do not fit FLUX.1 [dev]',
    );
  });

  it('are kept when that is asked for, as far as they fit', () => {
    const { input, changes } = forward({ loras }, true);
    expect(input['loras']).toEqual([{ path: 'a/a', scale: 0.8 }, { path: 'c/c' }, { path: 'd/d' }]);
    expect(changeOf(changes, 'loras[0].force')).toMatch(/^dropped/);
    expect(changeOf(changes, 'loras[1].scale')).toMatch(/^out_of_range: 7: .* from 0 to 4/);
    expect(changeOf(changes, 'loras')).toMatch(/^kept: .*do not fit.*\nout_of_range: .*at most 3/s);
  });

  test.each([[[]], ['a/a'], [[5]], [[{ scale: 1 }]], [{ path: 'a/a' }], [[{ path: 1 }]]])(
    'of any form do no harm: %j',
    (value) => {
      const { input } = forward({ loras: value }, true);
      expect(flux2Lora.input.safeParse(input).success).toBe(true);
    },
  );
});

describe('what is no edit', () => {
  test.each<[Record<string, unknown>, RegExp]>([
    [{ image_url: URL_A }, /^prompt is missing\.$/],
    [{ prompt: 'x' }, /^image_url is missing\.$/],
    [{ prompt: 'x', image: URL_A }, /^image_url is missing\. flux-general has no field "image"\.$/],
    [{ prompt: 5, image_url: URL_A }, /^prompt: fal cannot use this value/],
    [{ prompt: 'x', image_url: '' }, /^image_url: fal cannot use this value/],
    [{}, /^prompt is missing\.\nimage_url is missing\.$/],
  ])('%j is refused', (input, message) => {
    expect(() => translate(input, fluxGeneral, flux2Lora, { keepLoras: false })).toThrow(
      expect.objectContaining({ kind: 'input', message: expect.stringMatching(message) }),
    );
  });
});
