import { describe, expect, test } from 'vitest';
import { checkInput } from '../../../src/sandbox/documents/check-input.js';
import { inputSchema } from '../../../src/sandbox/documents/schema.js';
import { schemaOf } from '../../support/schemas.js';

function check(endpoint: string, input: unknown) {
  const openapi = schemaOf(endpoint);
  return checkInput(openapi, inputSchema(openapi, endpoint)!, input);
}

function checkField(schema: object, value: unknown) {
  const { rows, value: checked } = checkInput({}, { properties: { x: schema } }, { x: value });
  return rows.length > 0
    ? rows.map(({ loc, type }) => [loc.slice(1).join('.'), type])
    : (checked as { x: unknown }).x;
}

const number = { type: 'number' };

describe('one value', () => {
  test.each<[schema: object, value: unknown, found: unknown]>([
    [{ type: 'string' }, 'a', 'a'],
    [{ type: 'string' }, 2, [['x', 'string_type']]],
    [{ type: 'string', minLength: 2 }, '🐈', [['x', 'sequence_too_short']]],
    [{ type: 'string', maxLength: 1 }, '🐈', '🐈'],
    [{ type: 'string', maxLength: 1 }, 'ab', [['x', 'sequence_too_long']]],
    [{ type: 'string', pattern: '^a' }, 'ba', [['x', 'string_pattern_mismatch']]],
    [{ type: 'integer' }, '7', 7],
    [{ type: 'integer' }, 1.5, [['x', 'int_from_float']]],
    [{ type: 'integer' }, 'many', [['x', 'int_parsing']]],
    [number, null, [['x', 'float_parsing']]],
    [{ ...number, nullable: true }, null, null],
    [{ type: ['number', 'null'] }, null, null],
    [{ anyOf: [number, { type: 'null' }] }, 'x', [['x', 'float_parsing']]],
    [{ ...number, minimum: 1 }, 1, 1],
    [{ ...number, minimum: 1 }, 0.9, [['x', 'greater_than_equal']]],
    [{ ...number, maximum: 1 }, 2, [['x', 'less_than_equal']]],
    [{ ...number, exclusiveMinimum: 0 }, 0, [['x', 'greater_than']]],
    [{ ...number, minimum: 0, exclusiveMinimum: true }, 0, [['x', 'greater_than']]],
    [{ ...number, minimum: 0, exclusiveMinimum: false }, 0, 0],
    [{ ...number, maximum: 5, exclusiveMaximum: true }, 5, [['x', 'less_than']]],
    [{ ...number, multipleOf: 0.1 }, 0.3, 0.3],
    [{ ...number, multipleOf: 16 }, 20, [['x', 'multiple_of']]],
    [{ anyOf: [{ type: 'object' }, number], ge: -4, le: 4 }, -5, [['x', 'greater_than_equal']]],
    [{ anyOf: [{ type: 'object' }, number], ge: -4, le: 4 }, { layer: 9 }, { layer: 9 }],
    [{ type: 'boolean' }, 'false', false],
    [{ type: 'boolean' }, 'perhaps', [['x', 'bool_parsing']]],
    [{ enum: ['1', '2'] }, 2, [['x', 'one_of']]],
    [{ type: 'integer', enum: [2, 4] }, 4, 4],
    [{ const: true }, false, [['x', 'one_of']]],
    [{ type: 'array', items: number, minItems: 1 }, [], [['x', 'sequence_too_short']]],
    [{ type: 'array', items: number, maxItems: 1 }, [1, 2], [['x', 'sequence_too_long']]],
    [{ type: 'array', items: number, uniqueItems: true }, [1, 1], [['x', 'unique_items']]],
    [{ type: 'array', items: number }, [1, 'x'], [['x.1', 'float_parsing']]],
    [{ type: 'object', additionalProperties: number }, { a: 'x' }, [['x.a', 'float_parsing']]],
    [{ type: 'object' }, { any: [1] }, { any: [1] }],
    [{ type: 'object' }, [], [['x', 'model_attributes_type']]],
    [{ anyOf: [{ type: 'integer' }, { type: 'string' }] }, '7', '7'],
    [
      { oneOf: [{ type: 'array', items: number }, { type: 'boolean' }] },
      'x',
      [
        ['x.list[float]', 'list_type'],
        ['x.bool', 'bool_parsing'],
      ],
    ],
  ])('%j takes %j', (schema, value, found) => {
    expect(checkField(schema, value)).toEqual(found);
  });
});

test('unknown fields are dropped, and defaults are filled in', () => {
  const { value, rows } = check('acme/upscale', { image_url: 'a', prompt: 'x', __proto__: 1 });
  expect(rows).toEqual([]);
  expect(value).toEqual({
    image_url: 'a',
    upscale_factor: 2,
    model: 'Standard',
    face_enhancement: true,
    face_enhancement_strength: 0.8,
    output_format: 'jpeg',
  });
});

test('every problem is reported', () => {
  const { rows } = check('acme/brush/lora', {
    image_urls: [],
    loras: [{ scale: 5 }],
    image_size: { width: 100 },
    seed: 1000,
    num_images: 5,
    safety: 1,
  });
  expect(rows.map(({ loc, type }) => [loc.slice(1).join('.'), type])).toEqual([
    ['prompt', 'missing'],
    ['image_urls', 'sequence_too_short'],
    ['loras.0.path', 'missing'],
    ['loras.0.scale', 'less_than_equal'],
    ['image_size.model.width', 'multiple_of'],
    ['image_size.literal', 'one_of'],
    ['num_images', 'less_than_equal'],
    ['seed', 'less_than_equal'],
  ]);
});

test('pictures are found at every depth', () => {
  const { rows, pictures } = check('acme/scene/compose', {
    prompt: 'x',
    image_url: '1',
    controlnets: [{ path: 'p', control_image_url: '2', mask_image_url: '3' }],
    face: { frontal_image_url: '4', reference_image_urls: ['5', '6'] },
    products: [{ image_source: '7', caption: 'no' }],
    backdrop: { fill_image_url: ['8'] },
  });
  expect(rows).toEqual([]);
  expect(pictures.map(({ loc, url }) => `${url} ${loc.slice(1).join('.')}`)).toEqual([
    '1 image_url',
    '2 controlnets.0.control_image_url',
    '3 controlnets.0.mask_image_url',
    '4 face.frontal_image_url',
    '5 face.reference_image_urls.0',
    '6 face.reference_image_urls.1',
    '7 products.0.image_source',
    '8 backdrop.fill_image_url.0',
  ]);
  const { pictures: marked } = check('acme/imagine/edit', { prompt: 'x', style_reference_url: '1' });
  expect(marked).toHaveLength(1);
  expect(check('acme/sketch', { prompt: 'x', config_url: '1' }).pictures).toEqual([]);
});

test('a schema that contains itself ends', () => {
  const openapi = { components: { schemas: { A: { $ref: '#/components/schemas/A' } } } };
  const { rows } = checkInput(openapi, { $ref: '#/components/schemas/A' }, { x: 1 });
  expect(rows).toEqual([]);
});
