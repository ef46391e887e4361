import { describe, expect, it, test } from 'vitest';
import { inputSchemaOf } from '../../../src/fal/platform/open-api.js';
import type { Difference } from '../../../src/models/drift/difference.js';
import { driftOf } from '../../../src/models/drift/drift.js';
import { flux2Lora } from '../../../src/models/flux-2-lora.js';
import { fluxDev } from '../../../src/models/flux-dev.js';
import { fluxGeneral } from '../../../src/models/flux-general.js';
import type { Model } from '../../../src/models/model.js';
import { MODELS } from '../../../src/models/registry.js';
import { ENDPOINTS, type Fields } from '../../../src/sandbox/queue/endpoints.js';
import { openApi } from '../../../src/sandbox/platform/open-api.js';

function drift(model: Model, fields: Fields): Difference[] {
  const found = inputSchemaOf(openApi(model.endpoint, fields), model.endpoint)!;
  return driftOf(model, found.schema, found.document);
}

/** Without what {@link LESS} lists. */
const changes = (model: Model, fields: Fields): Difference[] =>
  drift(model, fields).filter(({ field }) => !(LESS[model.name] ?? []).includes(field));

const fieldsOf = (model: Model): Fields => ENDPOINTS[model.endpoint]!.fields;

/** The table without a field. */
const without = (model: Model, name: string): Fields =>
  Object.fromEntries(Object.entries(fieldsOf(model)).filter(([field]) => field !== name));

/** Where we allow less than fal, on purpose: --lora has no way to write a scale for each layer. */
const LESS: Record<string, string[]> = { 'flux-general': ['loras.scale'] };

test.each(MODELS.map((model) => [model.name, model] as const))(
  '%s: no difference from what the sandbox plays, but where we allow less',
  (name, model) => {
    const found = drift(model, fieldsOf(model));
    expect(found.map(({ gravity, field, what }) => [gravity, field, what])).toEqual(
      (LESS[name] ?? []).map((field) => ['info', field, 'type']),
    );
  },
);

type Row = [what: string, model: Model, change: Fields, difference: Partial<Difference>];

const ROWS: Row[] = [
  ['a new field', fluxDev, { mood: { kind: 'string' } }, { gravity: 'info', field: 'mood', what: 'added' }],
  [
    'a new field that is required',
    fluxDev,
    { mood: { kind: 'string', required: true } },
    { gravity: 'drift', field: 'mood', what: 'added' },
  ],
  [
    'an optional field that is required now',
    fluxDev,
    { strength: { kind: 'number', min: 0.01, max: 1, required: true, default: 0.95 } },
    { gravity: 'drift', field: 'strength', what: 'required' },
  ],
  [
    'another type',
    fluxDev,
    { strength: { kind: 'string' } },
    { gravity: 'drift', what: 'type', ours: 'number', fals: 'string' },
  ],
  [
    'whole numbers where there were any',
    fluxDev,
    { strength: { kind: 'integer', min: 0, max: 1, default: 0.95 } },
    { gravity: 'drift', what: 'type' },
  ],
  [
    'a narrower range',
    fluxDev,
    { strength: { kind: 'number', min: 0.1, max: 1, default: 0.95 } },
    { gravity: 'drift', what: 'range', ours: '0.01..1', fals: '0.1..1' },
  ],
  [
    'a wider range',
    fluxDev,
    { strength: { kind: 'number', min: 0, max: 1, default: 0.95 } },
    { gravity: 'warning', what: 'range' },
  ],
  [
    'a range where there was no upper bound',
    fluxGeneral,
    { nag_tau: { kind: 'number', above: 0, max: 10, default: 2.5 } },
    { gravity: 'drift', field: 'nag_tau', what: 'range', ours: 'above 0', fals: 'above 0, at most 10' },
  ],
  [
    'no range any more',
    fluxDev,
    { strength: { kind: 'number', default: 0.95 } },
    { gravity: 'warning', what: 'range', fals: undefined },
  ],
  [
    'a word less',
    fluxDev,
    { acceleration: { kind: 'choice', values: ['none', 'regular'], default: 'none' } },
    { gravity: 'drift', what: 'values', fals: 'none, regular' },
  ],
  [
    'a word more',
    fluxDev,
    { output_format: { kind: 'choice', values: ['jpeg', 'png', 'webp'], default: 'jpeg' } },
    { gravity: 'warning', what: 'values' },
  ],
  [
    'another default',
    fluxDev,
    { strength: { kind: 'number', min: 0.01, max: 1, default: 0.5 } },
    { gravity: 'warning', what: 'default', ours: '0.95', fals: '0.5' },
  ],
  [
    'a shorter list',
    flux2Lora,
    { loras: { kind: 'list', of: { path: { kind: 'string', required: true } }, max: 2, default: [] } },
    { gravity: 'drift', field: 'loras', what: 'range', ours: '0 to 3', fals: '0 to 2' },
  ],
  [
    'a field within a list',
    flux2Lora,
    { loras: { kind: 'list', of: { path: { kind: 'string', required: true } }, max: 3, default: [] } },
    { gravity: 'drift', field: 'loras.scale', what: 'gone' },
  ],
  [
    'a narrower size',
    flux2Lora,
    { image_size: { kind: 'size', min: 512, max: 1024 } },
    { gravity: 'drift', field: 'image_size.width', what: 'range', fals: '512..1024' },
  ],
];

/** The JSON schema that the sandbox publishes, with one of its types changed: by a path of keys, to a value. */
function changed(model: Model, path: string, value: unknown): Difference[] {
  const document = structuredClone(openApi(model.endpoint, fieldsOf(model)));
  const { schema } = inputSchemaOf(document, model.endpoint)!;
  const [, input = ''] = /schemas\/(.*)$/.exec(String(schema['$ref'])) ?? [];
  const { schemas } = (document as { components: { schemas: Record<string, unknown> } }).components;
  const keys = path.split('/');
  const last = keys.pop()!;
  const root = { ...schemas, input: (schemas[input] as { properties: unknown }).properties };
  const node = keys.reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], root);
  (node as Record<string, unknown>)[last] = value;
  return driftOf(model, schema, document).filter(({ field }) => !(LESS[model.name] ?? []).includes(field));
}

const LAYERS = { type: 'object', additionalProperties: { type: 'number' } };
const OBJECT = { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] };

describe('below the top', () => {
  test.each<[what: string, model: Model, path: string, value: unknown, difference: Partial<Difference>]>([
    [
      'a narrower range',
      fluxGeneral,
      'controlnets/properties/conditioning_scale/maximum',
      1,
      {
        gravity: 'drift',
        field: 'controlnets.conditioning_scale',
        what: 'range',
        ours: '0..2',
        fals: '0..1',
      },
    ],
    [
      'a wider range',
      fluxGeneral,
      'controlnets/properties/conditioning_scale/maximum',
      3,
      { gravity: 'info', field: 'controlnets.conditioning_scale', what: 'range', fals: '0..3' },
    ],
    [
      'a bound that is exclusive now',
      fluxGeneral,
      'input/nag_scale/exclusiveMinimum',
      1.5,
      { gravity: 'drift', field: 'nag_scale', what: 'range', ours: 'above 1, at most 10' },
    ],
    [
      'a bound that is inclusive now',
      fluxGeneral,
      'input/nag_alpha',
      { type: 'number', minimum: 0, maximum: 1, default: 0.25 },
      { gravity: 'warning', field: 'nag_alpha', what: 'range', ours: 'above 0, at most 1', fals: '0..1' },
    ],
    [
      'the end of a range excluded',
      fluxDev,
      'input/strength',
      { type: 'number', minimum: 0.01, exclusiveMaximum: 1, default: 0.95 },
      { gravity: 'drift', field: 'strength', what: 'range', fals: 'at least 0.01, below 1' },
    ],
    [
      'only multiples',
      flux2Lora,
      'ImageSize/properties/width/multipleOf',
      32,
      { gravity: 'drift', field: 'image_size.width', what: 'range', fals: '512..2048, multiples of 32' },
    ],
    [
      'a word less',
      fluxGeneral,
      'control_loras/properties/preprocess/enum',
      ['None', 'canny'],
      { gravity: 'drift', field: 'control_loras.preprocess', what: 'values', fals: 'None, canny' },
    ],
    [
      'a word more',
      fluxGeneral,
      'control_loras/properties/preprocess/enum',
      ['None', 'canny', 'depth', 'pose'],
      { gravity: 'info', field: 'control_loras.preprocess', what: 'values' },
    ],
    [
      'a field more',
      fluxGeneral,
      'easycontrols/properties/start',
      { type: 'number' },
      { gravity: 'info', field: 'easycontrols.start', what: 'added', fals: 'number' },
    ],
    [
      'a field two lists down, required now',
      fluxGeneral,
      'controls/required',
      ['control_image_url', 'control_mode', 'mask_image_url'],
      { gravity: 'drift', field: 'controlnet_unions.controls.mask_image_url', what: 'required' },
    ],
    [
      'one alternative less',
      fluxGeneral,
      'control_loras/properties/scale/anyOf',
      [{ type: 'number' }],
      {
        gravity: 'drift',
        field: 'control_loras.scale',
        what: 'type',
        ours: 'number or object',
        fals: 'number',
      },
    ],
    [
      'one alternative more',
      fluxGeneral,
      'fill_image/properties/fill_image_url/anyOf',
      [{ type: 'string' }, { type: 'array', items: { type: 'string' } }, OBJECT],
      { gravity: 'info', field: 'fill_image.fill_image_url', what: 'type' },
    ],
    [
      'a narrower alternative',
      fluxGeneral,
      'control_loras/properties/scale',
      { anyOf: [LAYERS, { type: 'number', minimum: -4, maximum: 2 }], default: 1 },
      { gravity: 'drift', field: 'control_loras.scale', what: 'range', fals: '-4..2' },
    ],
    [
      'narrower values by name',
      fluxGeneral,
      'control_loras/properties/scale/anyOf',
      [{ type: 'object', additionalProperties: { type: 'number', minimum: 0 } }, { type: 'number' }],
      { gravity: 'drift', field: 'control_loras.scale.*', what: 'range', fals: '0..' },
    ],
    [
      'a list that is shorter',
      fluxGeneral,
      'controlnet_unions/properties/controls/maxItems',
      2,
      { gravity: 'drift', field: 'controlnet_unions.controls', what: 'range', fals: '0 to 2' },
    ],
    [
      'a type that is not said',
      fluxGeneral,
      'easycontrols/properties/scale',
      {},
      {
        gravity: 'info',
        field: 'easycontrols.scale',
        what: 'not_compared',
        fals: 'its schema names no type',
      },
    ],
    [
      'fields that are not said',
      fluxGeneral,
      'input/fill_image',
      { type: 'object' },
      { gravity: 'info', field: 'fill_image', what: 'not_compared', fals: 'its schema lists no fields' },
    ],
    [
      'a shorter text',
      fluxDev,
      'input/prompt/maxLength',
      500,
      { gravity: 'drift', field: 'prompt', what: 'range', fals: '0 to 500 characters' },
    ],
    [
      'one position of a switch',
      fluxDev,
      'input/enable_safety_checker',
      { const: true, default: true },
      { gravity: 'drift', field: 'enable_safety_checker', what: 'values', ours: 'true, false', fals: 'true' },
    ],
  ])('%s', (_, model, path, value, expected) => {
    expect(changed(model, path, value)).toEqual([expect.objectContaining(expected)]);
  });

  it('nothing of null, of an empty text, or of a default', () => {
    const path = 'easycontrols/properties/scale';
    const scale = { anyOf: [{ type: 'number', minimum: 0, maximum: 2 }, { type: 'null' }], default: 2 };
    expect(changed(fluxGeneral, path, scale)).toEqual([]);
    expect(changed(fluxDev, 'input/prompt/minLength', 1)).toEqual([]);
  });

  it('nothing of words that are listed apart', () => {
    const names = ['square_hd', 'square', 'portrait_4_3', 'portrait_16_9', 'landscape_4_3', 'landscape_16_9'];
    const apart = [
      { enum: names.slice(0, 3) },
      { enum: names.slice(3) },
      { $ref: '#/components/schemas/ImageSize' },
    ];
    expect(changed(flux2Lora, 'input/image_size', { anyOf: apart })).toEqual([]);
  });
});

describe('differences', () => {
  test.each(ROWS)('%s', (_, model, change, difference) => {
    expect(changes(model, { ...fieldsOf(model), ...change })).toContainEqual(
      expect.objectContaining(difference),
    );
  });

  test.each(ROWS)('%s: only there', (_, model, change) => {
    const fields = changes(model, { ...fieldsOf(model), ...change }).map(({ field }) => field.split('.')[0]);
    expect(new Set(fields)).toEqual(new Set(Object.keys(change)));
  });

  test('a field that is gone', () => {
    expect(drift(fluxDev, without(fluxDev, 'strength'))).toEqual([
      { gravity: 'drift', field: 'strength', what: 'gone', ours: 'number', fals: undefined },
    ]);
  });

  it('says nothing of the second name of the strength', () => {
    expect(Object.keys(fieldsOf(fluxGeneral))).not.toContain('image_strength');
    expect(drift(fluxGeneral, fieldsOf(fluxGeneral)).map(({ field }) => field)).not.toContain(
      'image_strength',
    );
  });

  it('says nothing of a longer list: fal drops what is beyond four pictures without a word', () => {
    const longer = { image_urls: { kind: 'pictures', required: true, atLeast: 1 } } as const;
    expect(drift(flux2Lora, { ...fieldsOf(flux2Lora), ...longer })).toEqual([]);
  });

  it('says what it cannot compare', () => {
    const schema = { type: 'object', properties: { strength: { not: {} } } };
    expect(driftOf(fluxDev, schema, {})).toContainEqual(
      expect.objectContaining({ gravity: 'info', field: 'strength', what: 'not_compared' }),
    );
    expect(driftOf(fluxDev, { $ref: '#/gone' }, {})).toEqual([
      expect.objectContaining({ gravity: 'info', field: 'input', what: 'not_compared' }),
    ]);
  });

  it('says of a schema that is absurd that it cannot be compared', () => {
    const loop = { type: 'object', properties: { loop: { $ref: '#/loop' } } };
    expect(driftOf(fluxDev, loop, { loop })).toEqual([
      {
        gravity: 'info',
        field: 'input',
        what: 'not_compared',
        ours: undefined,
        fals: 'its schema contains itself',
      },
    ]);
  });

  it('is not led astray by names of methods', () => {
    const properties = JSON.parse(
      '{"__proto__":{"type":"string"},"constructor":{"type":"string"}}',
    ) as object;
    const found = driftOf(fluxDev, { type: 'object', properties }, {});
    expect(found.filter(({ what }) => what === 'added').map(({ field }) => field)).toContain('constructor');
    expect(found.filter(({ what }) => what === 'gone')).toHaveLength(Object.keys(fluxDev.input.shape).length);
  });
});
