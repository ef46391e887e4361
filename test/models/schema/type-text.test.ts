import { expect, test } from 'vitest';
import { typeText } from '../../../src/models/schema/type-text.js';
import { readTree } from '../../../src/models/schema/walk.js';

test.each([
  [{ type: 'number' }, 'number'],
  [{ anyOf: [{ type: 'integer' }, { type: 'null' }] }, 'integer'],
  [{ enum: ['a', 'b'] }, 'string (a, b)'],
  [{ anyOf: [{ type: 'object' }, { enum: ['auto'] }] }, 'object or string (auto)'],
  [{ anyOf: [{ enum: ['auto'] }, { type: 'string' }] }, 'string'],
  [{ type: 'array', items: {} }, 'array'],
  [{ type: 'boolean' }, 'boolean'],
  [{}, 'any type'],
])('%j: %s', (schema, text) => {
  expect(typeText(readTree(schema, schema))).toBe(text);
});
