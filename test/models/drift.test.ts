import { describe, expect, it, test } from 'vitest';
import { inputSchemaOf } from '../../src/fal/platform/open-api.js';
import { driftOf, type Difference } from '../../src/models/drift.js';
import { flux2Lora } from '../../src/models/flux-2-lora.js';
import { fluxDev } from '../../src/models/flux-dev.js';
import { fluxGeneral } from '../../src/models/flux-general.js';
import type { Model } from '../../src/models/model.js';
import { MODELS } from '../../src/models/registry.js';
import { ENDPOINTS, type Fields } from '../../src/sandbox/queue/endpoints.js';
import { openApi } from '../../src/sandbox/platform/open-api.js';

function drift(model: Model, fields: Fields): Difference[] {
  const found = inputSchemaOf(openApi(model.endpoint, fields), model.endpoint)!;
  return driftOf(model, found.schema, found.document);
}

const fieldsOf = (model: Model): Fields => ENDPOINTS[model.endpoint]!.fields;

/** The table without a field. */
const without = (model: Model, name: string): Fields =>
  Object.fromEntries(Object.entries(fieldsOf(model)).filter(([field]) => field !== name));

test.each(MODELS.map((model) => [model.name, model] as const))(
  '%s: no difference from what the sandbox plays',
  (_, model) => {
    expect(drift(model, fieldsOf(model))).toEqual([]);
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
    { gravity: 'drift', field: 'nag_tau', what: 'range' },
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

describe('differences', () => {
  test.each(ROWS)('%s', (_, model, change, difference) => {
    expect(drift(model, { ...fieldsOf(model), ...change })).toContainEqual(
      expect.objectContaining(difference),
    );
  });

  test.each(ROWS)('%s: only there', (_, model, change) => {
    const fields = drift(model, { ...fieldsOf(model), ...change }).map(({ field }) => field.split('.')[0]);
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

  it('is not led astray by names of methods', () => {
    const properties = JSON.parse(
      '{"__proto__":{"type":"string"},"constructor":{"type":"string"}}',
    ) as object;
    const found = driftOf(fluxDev, { type: 'object', properties }, {});
    expect(found.filter(({ what }) => what === 'added').map(({ field }) => field)).toContain('constructor');
    expect(found.filter(({ what }) => what === 'gone')).toHaveLength(Object.keys(fluxDev.input.shape).length);
  });
});
