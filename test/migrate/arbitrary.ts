import * as fc from 'fast-check';
import * as z from 'zod';
import type { Model } from '../../src/models/model.js';

/** Any text, with control characters, quotes and every plane of Unicode. */
export const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string(),
  fc.constantFrom(
    "it's",
    '"',
    '\\',
    '\\n',
    '$HOME `id` $(id)',
    '{x}',
    '\u001b[31m\u202e',
    'a\r\nb',
    "'''",
    '%s',
  ),
);

/** Any input that a model's schema allows. */
export function inputOf(model: Model): fc.Arbitrary<Record<string, unknown>> {
  return valueOf(model.input).filter((value) => model.input.safeParse(value).success) as fc.Arbitrary<
    Record<string, unknown>
  >;
}

/** Any value that a schema allows, as far as models use schemas. */
function valueOf(schema: z.core.$ZodType): fc.Arbitrary<unknown> {
  if (schema instanceof z.ZodOptional) return valueOf(schema.unwrap());
  if (schema instanceof z.ZodLiteral) return fc.constantFrom(...schema.values);
  if (schema instanceof z.ZodEnum) return fc.constantFrom(...schema.options);
  if (schema instanceof z.ZodBoolean) return fc.boolean();
  if (schema instanceof z.ZodString) return anyText.filter((text) => schema.safeParse(text).success);
  if (schema instanceof z.ZodNumber) return numberOf(schema);
  if (schema instanceof z.ZodUnion) return fc.oneof(...schema.options.map(valueOf));
  if (schema instanceof z.ZodRecord) {
    return fc.dictionary(
      fc.string(),
      schema.valueType instanceof z.ZodUnknown ? fc.jsonValue() : fc.integer(),
    );
  }
  if (schema instanceof z.ZodNull) return fc.constant(null);
  if (schema instanceof z.ZodUnknown) return fc.jsonValue();
  if (schema instanceof z.ZodArray) {
    const minimum = Number(schema._zod.bag['minimum'] ?? 0);
    return fc
      .array(valueOf(schema.element), { minLength: minimum, maxLength: Math.max(minimum, 5) })
      .filter((list) => schema.safeParse(list).success);
  }
  if (schema instanceof z.ZodObject) {
    const entries = Object.entries(schema.shape) as [string, z.core.$ZodType][];
    return fc.record(Object.fromEntries(entries.map(([name, field]) => [name, valueOf(field)])), {
      requiredKeys: entries.filter(([, field]) => !(field instanceof z.ZodOptional)).map(([name]) => name),
      noNullPrototype: true,
    });
  }
  throw new Error('no values are known for this kind of schema');
}

function numberOf(schema: z.ZodNumber): fc.Arbitrary<number> {
  const bounded = (bound: number | null, otherwise: number): number =>
    bound === null || !Number.isFinite(bound) ? otherwise : Math.max(-1e9, Math.min(1e9, bound));
  const [min, max] = [bounded(schema.minValue, -1e9), bounded(schema.maxValue, 1e9)];
  const multiple = schema._zod.bag['multipleOf'];
  const step = typeof multiple === 'number' ? multiple : schema.format === 'safeint' ? 1 : undefined;
  const any =
    step === undefined
      ? fc.double({ min, max, noNaN: true }).map((value) => value + 0)
      : fc
          .integer({ min: Math.ceil(min / step), max: Math.floor(max / step) })
          .map((count) => count * step + 0);
  return any.filter((value) => schema.safeParse(value).success);
}
