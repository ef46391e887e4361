import { toInput } from '../../src/models/wire.js';
import { describe, expect, test } from 'vitest';
import { findFileFields, withValueAt } from '../../src/models/fields.js';
import { flux2Edit } from '../../src/models/flux-2-edit.js';
import { flux2Lora } from '../../src/models/flux-2-lora.js';
import { fluxDev } from '../../src/models/flux-dev.js';
import { fluxGeneral } from '../../src/models/flux-general.js';
import type { Model } from '../../src/models/model.js';
import { findModel } from '../../src/models/registry.js';
import type { EditRequest } from '../../src/models/request.js';

const base: EditRequest = { prompt: 'snow', images: ['a.png'], seed: 7 };

describe('on the wire', () => {
  test.each<[string, Model, Partial<EditRequest>, Record<string, unknown>]>([
    ['flux-general', fluxGeneral, {}, { prompt: 'snow', image_url: 'a.png', seed: 7 }],
    [
      'the strength, under both names',
      fluxGeneral,
      { strength: 0.6 },
      { prompt: 'snow', image_url: 'a.png', seed: 7, strength: 0.6, image_strength: 0.6 },
    ],
    [
      'fields of --set, beside the others',
      fluxGeneral,
      { set: { scheduler: 'dpmpp_2m' } },
      { prompt: 'snow', image_url: 'a.png', seed: 7, scheduler: 'dpmpp_2m' },
    ],
    [
      'flux-2-lora: one picture, in a list',
      flux2Lora,
      {},
      { prompt: 'snow', image_urls: ['a.png'], seed: 7 },
    ],
    [
      'flux-2-lora: three pictures, in their order',
      flux2Lora,
      { images: ['c.png', 'a.png', 'b.png'] },
      { prompt: 'snow', image_urls: ['c.png', 'a.png', 'b.png'], seed: 7 },
    ],
    [
      'flux-dev: the strength under its one name',
      fluxDev,
      { strength: 0.6 },
      { prompt: 'snow', image_url: 'a.png', seed: 7, strength: 0.6 },
    ],
    [
      'flux-2-edit: four pictures',
      flux2Edit,
      { images: ['a.png', 'b.png', 'c.png', 'd.png'] },
      { prompt: 'snow', image_urls: ['a.png', 'b.png', 'c.png', 'd.png'], seed: 7 },
    ],
    [
      'what is off or zero, when it was asked for',
      flux2Lora,
      { guidance: 0, safetyChecker: false, seed: 0 },
      { prompt: 'snow', image_urls: ['a.png'], seed: 0, guidance_scale: 0, enable_safety_checker: false },
    ],
  ])('%s', (_, model, request, input) => {
    expect(toInput(model, { ...base, ...request })).toStrictEqual(input);
  });
});

describe('findModel', () => {
  test.each<[string | undefined, Model]>([
    [undefined, fluxGeneral],
    ['flux-general', fluxGeneral],
    ['fal-ai/flux-general/image-to-image', fluxGeneral],
    ['flux-general/image-to-image', fluxGeneral],
    ['flux-2-lora', flux2Lora],
    ['fal-ai/flux-2/lora/edit', flux2Lora],
    ['flux-2/lora/edit', flux2Lora],
    [' flux-2/lora/edit/ ', flux2Lora],
    ['flux-2-edit', flux2Edit],
    ['flux-2/edit', flux2Edit],
    ['flux-dev', fluxDev],
    ['fal-ai/flux/dev/image-to-image', fluxDev],
  ])('%j', (name, model) => {
    expect(findModel(name)).toBe(model);
  });

  test.each([
    ['flux-2', 'Did you mean flux-2-lora?'],
    ['flux-genral', 'Did you mean flux-general?'],
    ['fal-ai/flux-2/lora', 'Did you mean fal-ai/flux-2/lora/edit?'],
    ['constructor', "Search fal's models: fal-edit models search constructor"],
    ['', undefined],
  ])('%j is refused', (name, hint) => {
    expect(() => findModel(name, 'FAL_EDIT_MODEL')).toThrow(
      expect.objectContaining({
        kind: 'usage',
        message: expect.stringMatching(/^FAL_EDIT_MODEL: .*flux-general, flux-2-lora/),
        hint,
      }),
    );
  });
});

describe('file fields', () => {
  const input = {
    prompt: './not-a-file.png',
    image_url: 'a.png',
    loras: [{ path: 'l.safetensors' }],
    control_loras: [{ path: 'c', control_image_url: 'b.png' }],
    controlnets: [{ path: 'n', control_image_url: 'c.png', mask_image_url: 'd.png', config_url: 'no' }],
    controlnet_unions: [{ path: 'u', controls: [{ control_image_url: 'e.png', control_mode: 'tile' }] }],
    ip_adapters: [
      { path: 'no', image_encoder_path: 'no', image_url: 'f.png', mask_image_url: 'g.png', scale: 1 },
    ],
    easycontrols: [{ control_method_url: 'pose', image_url: 'h.png', image_control_type: 'subject' }],
    fill_image: { fill_image_url: ['i.png', 'j.png'] },
    reference_image_url: 'k.png',
  };
  const found = findFileFields(fluxGeneral.input, input);
  const valuesOf = (role: string) =>
    found
      .filter((one) => one.role === role)
      .map(({ value }) => value)
      .sort();

  test('are found at every depth', () => {
    expect(fluxGeneral.input.safeParse(input).error?.issues ?? []).toEqual([]);
    expect(valuesOf('picture')).toEqual('a b c d e f g h i j k'.split(' ').map((name) => `${name}.png`));
    expect(valuesOf('weights')).toEqual(['c', 'l.safetensors', 'n', 'u']);
    expect(valuesOf('method')).toEqual(['pose']);
  });

  test('a single one in place of a list', () => {
    const one = { fill_image: { fill_image_url: 'i.png' } };
    expect(findFileFields(fluxGeneral.input, one)).toEqual([
      { path: ['fill_image', 'fill_image_url'], role: 'picture', value: 'i.png' },
    ]);
  });

  test('are replaced where they stand, in a copy', () => {
    const before = structuredClone(input);
    const replaced = found.reduce<unknown>(
      (copy, { path, value }) => withValueAt(copy, path, `<${value}>`),
      input,
    );
    expect(findFileFields(fluxGeneral.input, replaced).map(({ value }) => value)).toEqual(
      found.map(({ value }) => `<${value}>`),
    );
    expect(input).toEqual(before);
  });
});
