import { describe, expect, test } from 'vitest';
import { flux2Edit } from '../../src/models/flux-2-edit.js';
import { flux2Lora } from '../../src/models/flux-2-lora.js';
import { fluxDev } from '../../src/models/flux-dev.js';
import { fluxGeneral } from '../../src/models/flux-general.js';
import type { Model } from '../../src/models/model.js';
import { ENDPOINTS, type Field } from '../../src/sandbox/queue/endpoints.js';
import { validate } from '../../src/sandbox/queue/validate.js';

const URL = 'https://example.com/a.png';
const GENERAL = { prompt: 'x', image_url: URL };
const FLUX_2 = { prompt: 'x', image_urls: [URL] };
const loras = (count: number) => Array.from({ length: count }, () => ({ path: 'owner/style' }));
const sides = (width: number, height: number) => ({ width, height });
const scaled = (scale: number) => [{ path: 'owner/style', scale }];

const each = <T>(values: readonly T[], make: (value: T) => unknown): unknown[] => values.map(make);
const CONTROL = { path: 'a/b', control_image_url: URL };
const CONTROL_LIMITS = {
  taken: [
    { conditioning_scale: 0, start_percentage: 0, end_percentage: 0, mask_threshold: 0.01 },
    { conditioning_scale: 2, start_percentage: 1, end_percentage: 1, mask_threshold: 0.99 },
  ],
  refused: [
    ...[{ conditioning_scale: -0.1 }, { conditioning_scale: 2.1 }],
    ...[{ start_percentage: -0.1 }, { start_percentage: 1.1 }],
    ...[{ end_percentage: -0.1 }, { end_percentage: 1.1 }],
    ...[{ mask_threshold: 0 }, { mask_threshold: 1 }],
  ],
};
const union = (control: object) => [{ path: 'a/b', controls: [{ control_image_url: URL, ...control }] }];
const adapter = (more: object) => [{ path: 'a/b', image_encoder_path: 'c/d', image_url: URL, ...more }];
const easycontrol = (more: object) => [
  { control_method_url: 'canny', image_url: URL, image_control_type: 'spatial', ...more },
];

/** A field, what it just takes, what it just does not. */
type Row = [field: string, taken: unknown[], refused: unknown[]];

/** fal-api.md 1.1 */
const GENERAL_ROWS: Row[] = [
  ['strength', [0.01, 1], [0.009, 0, 1.001, '0.5', null]],
  ['image_strength', [0.01, 1], [0.009, 1.001]],
  [
    'image_size',
    ['square', sides(1, 1), sides(14142, 14142)],
    ['keep', sides(0, 9), sides(9, 14143), sides(9.5, 9), [9, 9]],
  ],
  ['num_inference_steps', [1, 50], [0, 51, 2.5]],
  ['guidance_scale', [0, 20], [-0.1, 20.1]],
  ['num_images', [1, 10], [0, 11, 1.5]],
  ['seed', [0, -1, 2 ** 53 - 1], [2 ** 53, 0.5, '1']],
  [
    'loras',
    [[], loras(20), scaled(-4), scaled(4)],
    [
      'owner/style',
      [{ scale: 1 }],
      [{ path: '' }],
      scaled(-4.1),
      scaled(4.1),
      [{ path: 'owner/style', force: true }],
    ],
  ],
  ['output_format', ['jpeg', 'png'], ['webp', 'jpg', 'PNG']],
  ['enable_safety_checker', [true, false], ['true', 1]],
  ['sync_mode', [false], [true]],
  ['negative_prompt', ['', 'people'], [5]],
  ['nag_scale', [1.001, 10], [1, 0, 10.1]],
  ['nag_tau', [0.001, 100], [0, -1, '2.5']],
  ['nag_alpha', [0.001, 1], [0, 1.001, null]],
  ['nag_end', [0.001, 1], [0, 1.001, null]],
  ['real_cfg_scale', [0, 5], [-0.1, 5.1]],
  ['use_real_cfg', [true, false], [1]],
  ['use_cfg_zero', [true, false], ['yes']],
  ['reference_image_url', [URL, './ref.png'], ['', 5]],
  ['reference_strength', [-3, 3], [-3.1, 3.1]],
  ['reference_start', [0, 1], [-0.1, 1.1]],
  ['reference_end', [0, 1], [-0.1, 1.1]],
  ['base_shift', [0.01, 5], [0.009, 5.1]],
  ['max_shift', [0.01, 5], [0, 5.1]],
  ['scheduler', ['euler', 'dpmpp_2m'], ['ddim']],
  ['use_beta_schedule', [true, false], [0]],
  ['sigma_schedule', ['sgm_uniform'], ['karras', '', 5]],
  [
    'control_loras',
    [
      [],
      [{ path: 'a/b', control_image_url: URL, scale: { 'layer.0': 0.5 } }],
      ...each([-4, 4], (scale) => [{ path: 'a/b', control_image_url: URL, scale }]),
    ],
    [
      [{ path: 'a/b' }],
      [{ path: 'a/b', control_image_url: URL, scale: { 'layer.0': 'x' } }],
      ...each([-4.1, 4.1], (scale) => [{ path: 'a/b', control_image_url: URL, scale }]),
    ],
  ],
  [
    'controlnets',
    [[CONTROL], ...each(CONTROL_LIMITS.taken, (limits) => [{ ...CONTROL, ...limits }])],
    [[CONTROL, CONTROL], ...each(CONTROL_LIMITS.refused, (limits) => [{ ...CONTROL, ...limits }])],
  ],
  [
    'controlnet_unions',
    [
      union({ control_mode: 'canny' }),
      ...each(CONTROL_LIMITS.taken, (limits) => union({ control_mode: 'canny', ...limits })),
    ],
    [
      union({ control_mode: 'scribble' }),
      ...each(CONTROL_LIMITS.refused, (limits) => union({ control_mode: 'canny', ...limits })),
    ],
  ],
  [
    'ip_adapters',
    each([{ scale: -9 }, { scale: 9, mask_threshold: 0.01 }, { scale: 1, mask_threshold: 0.99 }], adapter),
    each([{}, { scale: 1, mask_threshold: 0 }, { scale: 1, mask_threshold: 1 }], adapter),
  ],
  [
    'easycontrols',
    each([{}, { scale: 0 }, { scale: 2 }], easycontrol),
    each([{ image_control_type: 'both' }, { scale: -0.1 }, { scale: 2.1 }], easycontrol),
  ],
  [
    'fill_image',
    [{ fill_image_url: URL }, { fill_image_url: [URL, URL] }, {}],
    [{ fill_image_url: 5 }, { url: URL }, { in_context_fill: true }, { use_prompt: true }],
  ],
];

/** fal-api.md 1.2 */
const FLUX_2_SHARED: Row[] = [
  ['image_size', ['portrait_16_9', sides(512, 2048)], ['huge', sides(511, 512), sides(512, 2049)]],
  ['num_inference_steps', [4, 50], [3, 51, 4.5]],
  ['guidance_scale', [0, 20], [-0.1, 20.1]],
  ['num_images', [1, 4], [0, 5]],
  ['acceleration', ['none', 'regular', 'high'], ['full']],
  ['enable_prompt_expansion', [true, false], ['true']],
  ['enable_safety_checker', [true, false], [1]],
  ['sync_mode', [false], [true]],
  ['output_format', ['jpeg', 'png', 'webp'], ['gif']],
  ['seed', [0, -1], [0.5]],
];

const FLUX_2_LORA_ROWS: Row[] = [
  ['image_urls', [[URL], [URL, URL, URL, URL]], [[], Array(5).fill(URL), URL, ['']]],
  ['loras', [[], loras(3), scaled(0), scaled(4)], [loras(4), scaled(-0.1), scaled(4.1)]],
  ...FLUX_2_SHARED,
];

const FLUX_2_EDIT_ROWS: Row[] = [
  ['image_urls', [[URL], [URL, URL, URL, URL]], [[], Array(5).fill(URL), URL, ['']]],
  ...FLUX_2_SHARED,
];

/** fal's published types, and what third parties quote of the ranges. */
const FLUX_DEV_ROWS: Row[] = [
  ['strength', [0.01, 1], [0.009, 1.001]],
  ['num_inference_steps', [10, 50], [9, 51, 10.5]],
  ['guidance_scale', [1, 20], [0.9, 20.1]],
  ['num_images', [1, 4], [0, 5]],
  ['seed', [0, -1], [0.5]],
  ['acceleration', ['none', 'regular', 'high'], ['full']],
  ['enable_safety_checker', [true, false], [1]],
  ['output_format', ['jpeg', 'png'], ['webp']],
  ['sync_mode', [false], [true]],
];

describe.each<[string, Model, Record<string, unknown>, Row[]]>([
  ['flux-general', fluxGeneral, GENERAL, GENERAL_ROWS],
  ['flux-2-lora', flux2Lora, FLUX_2, FLUX_2_LORA_ROWS],
  ['flux-2-edit', flux2Edit, FLUX_2, FLUX_2_EDIT_ROWS],
  ['flux-dev', fluxDev, GENERAL, FLUX_DEV_ROWS],
])('%s', (_, model, base, rows) => {
  const takes = (input: object) => model.input.safeParse({ ...base, ...input }).success;
  const { fields } = ENDPOINTS[model.endpoint]!;

  test('every field but the prompt and the picture has a row', () => {
    const named = [...rows.map(([field]) => field), 'prompt', 'image_url'];
    expect(Object.keys(model.input.shape).filter((field) => !named.includes(field))).toEqual([]);
  });

  test.each(rows)('%s', (field, taken, refused) => {
    for (const value of taken) expect(takes({ [field]: value }), JSON.stringify(value)).toBe(true);
    for (const value of refused) expect(takes({ [field]: value }), JSON.stringify(value)).toBe(false);
  });

  test.each(rows)('%s: what we take, the sandbox takes', (field, taken) => {
    for (const value of taken) {
      expect(validate(fields, { ...base, [field]: value }).rows, JSON.stringify(value)).toEqual([]);
    }
  });

  test('the sandbox has the same fields', () => {
    const ours = Object.keys(model.input.shape).filter((field) => field !== 'image_strength');
    expect(Object.keys(fields).sort()).toEqual(ours.sort());
  });

  const ranges = Object.entries(fields).flatMap(([name, field]) =>
    boundsOf(field).map((bound) => [name, ...bound] as const),
  );
  test.each(ranges)("%s: the sandbox's bound %j is ours, %j is beyond it", (field, within, beyond) => {
    expect(takes({ [field]: within })).toBe(true);
    expect(takes({ [field]: beyond })).toBe(false);
  });

  const defaults = Object.entries(fields).flatMap(([name, field]) =>
    field.default === undefined ? [] : [[name, field.default] as const],
  );
  test.each(defaults)("%s: the sandbox's default %j is ours", (field, value) => {
    const schema = (model.input.shape as Record<string, { meta: () => { default?: unknown } | undefined }>)[
      field
    ];
    expect(schema?.meta()?.default).toEqual(value);
  });
});

/** Each bound of a field of the sandbox: a value that is just inside, and one that is just outside. */
function boundsOf(field: Field): [within: unknown, beyond: unknown][] {
  switch (field.kind) {
    case 'integer':
    case 'number': {
      const step = field.kind === 'integer' ? 1 : 0.001;
      return [
        ...(field.min === undefined ? [] : [[field.min, field.min - step] as [unknown, unknown]]),
        ...(field.above === undefined ? [] : [[field.above + step, field.above] as [unknown, unknown]]),
        ...(field.max === undefined ? [] : [[field.max, field.max + step] as [unknown, unknown]]),
      ];
    }
    case 'choice':
      return field.values.map((value) => [value, `${value}?`]);
    case 'size':
      return [
        [sides(field.min, field.min), sides(field.min, field.min - 1)],
        [sides(field.max, field.max), sides(field.max + 1, field.max)],
      ];
    default:
      return [];
  }
}
