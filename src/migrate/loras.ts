import * as z from 'zod';
import { allowed } from '../models/allowed.js';
import type { Model } from '../models/model.js';
import type { FieldChange } from './field-change.js';
import { schemaOf } from './model-fields.js';
import { outOfRange } from './plain-field.js';
import { shortValue } from './short-value.js';

/**
 * The LoRAs that the other model can use. LoRAs for another base are left out, unless they are asked for.
 *
 * @param keepAll keep LoRAs for another base too, as far as the other model accepts their number and scales
 */
export function translateLoras(
  { field, value, target }: { field: string; value: unknown; target: string },
  from: Model,
  to: Model,
  keepAll: boolean,
): { value: unknown; changes: FieldChange[] } {
  const list = listOf(to, target);
  if (!Array.isArray(value) || list === undefined) {
    return { value: undefined, changes: [outOfRange(field, value, target, to)] };
  }
  const loras: unknown[] = value;
  const isOtherBase = from.base !== undefined && to.base !== undefined && from.base !== to.base;
  if (isOtherBase && !keepAll && loras.length > 0)
    return { value: undefined, changes: [otherBase(field, from, to)] };
  const changes: FieldChange[] = [];
  const fitting = loras.flatMap((lora, index) => fit(lora, `${field}[${index}]`, list.element, to, changes));
  const most = mostOf(list, fitting);
  if (fitting.length > most) {
    changes.push({
      field,
      kind: 'out_of_range',
      why: `${to.name} takes at most ${most}: the first ${most} of ${fitting.length} are kept`,
      instead: 'Leave out the ones that matter least',
    });
  }
  const own = fitting.slice(0, most);
  if (own.length === 0 && loras.length > 0) return { value: undefined, changes };
  const remark = own.length === 0 ? undefined : isOtherBase ? unfit(from, to) : unknownFit(from, to);
  return {
    value: own,
    changes: [
      {
        ...{ field, kind: field === target ? 'kept' : 'renamed', to: target },
        ...(remark === undefined ? {} : { why: remark }),
      },
      ...changes,
    ],
  };
}

function unfit(from: Model, to: Model): string {
  return `LoRAs trained for ${from.base ?? from.name} do not fit ${to.base ?? to.name}`;
}

/** A LoRA fits only the base model that it was trained for, and fal does not say which that is. */
function unknownFit(from: Model, to: Model): string | undefined {
  if (from.base !== undefined && to.base !== undefined) return undefined;
  const unknown = to.base === undefined ? to : from;
  return `unknown: the base model of ${unknown.name} is not known; check that they fit`;
}

function otherBase(field: string, from: Model, to: Model): FieldChange {
  return {
    field,
    kind: 'dropped',
    why: unfit(from, to),
    instead: `Use LoRAs for ${to.base ?? to.name}; --keep-loras keeps these`,
  };
}

/** One LoRA as the other model takes it, in a list; an empty list where it does not. */
function fit(
  lora: unknown,
  where: string,
  item: z.core.$ZodType,
  to: Model,
  changes: FieldChange[],
): Record<string, unknown>[] {
  const element = objectOf(item);
  if (typeof lora !== 'object' || lora === null || element === undefined) {
    return leaveOut(where, lora, item, changes);
  }
  const shape = element.shape as Record<string, z.core.$ZodType>;
  const own: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(lora)) {
    const schema = Object.hasOwn(shape, name) ? shape[name] : undefined;
    if (schema === undefined) {
      changes.push({ field: `${where}.${name}`, kind: 'dropped', why: `no counterpart in ${to.name}` });
    } else if (z.safeParse(schema, value).success) {
      own[name] = value;
    } else {
      // At another scale it would be another edit.
      return leaveOut(`${where}.${name}`, value, schema, changes);
    }
  }
  return element.safeParse(own).success ? [own] : leaveOut(where, lora, element, changes);
}

function leaveOut(field: string, value: unknown, schema: z.core.$ZodType, changes: FieldChange[]): [] {
  const why = `${shortValue(value)}: this LoRA is left out; allowed: ${allowed(schema)}`;
  changes.push({ field, kind: 'out_of_range', why });
  return [];
}

/** The list that the model's field holds. */
function listOf(model: Model, field: string): z.ZodArray | undefined {
  return firstOf(schemaOf(model, field), (one): one is z.ZodArray => one instanceof z.ZodArray);
}

/** The object that an item of the list is. */
function objectOf(item: z.core.$ZodType): z.ZodObject | undefined {
  return firstOf(item, (one): one is z.ZodObject => one instanceof z.ZodObject);
}

/** The first schema of that kind among the alternatives of one. */
function firstOf<T extends z.core.$ZodType>(
  schema: z.core.$ZodType | undefined,
  isOne: (one: z.core.$ZodType) => one is T,
): T | undefined {
  if (schema === undefined || isOne(schema)) return schema;
  if (schema instanceof z.ZodOptional) return firstOf(schema.unwrap(), isOne);
  if (!(schema instanceof z.ZodUnion)) return undefined;
  return schema.options.map((option) => firstOf(option, isOne)).find((one) => one !== undefined);
}

/** The largest number of elements that a list accepts, of elements that are valid by themselves. */
function mostOf(list: z.ZodArray, elements: readonly unknown[]): number {
  let most = elements.length;
  while (most > 0 && !list.safeParse(elements.slice(0, most)).success) most--;
  return most;
}
