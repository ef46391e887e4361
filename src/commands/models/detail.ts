import type { Model, SchemaSource } from '../../models/model.js';
import { optionOf } from '../../models/schema/tree.js';
import { wrap } from '../../terminal/wrap.js';
import { lorasText, picturesText, priceText } from './cells.js';
import {
  describeFields,
  fieldFor,
  isSet,
  lacks,
  limitsOf,
  sidesFor,
  type DescribedField,
} from '../../models/describe.js';

const WIDTH = 80;

/** One model in full, in lines of at most 80 characters. */
export function detailLines(model: Model): string[] {
  const { name, endpoint, base, purpose, example, formats, defaultFormat, price, billed, returns } = model;
  const missing = lacks(model);
  const facts = [
    ...(base === undefined ? [] : [['Base', base]]),
    ['Pictures', picturesText(model)],
    ['LoRAs', loraRules(model)],
    ['Formats', formats.length === 0 ? 'fal decides' : `${formats.join(', ')}; default ${defaultFormat}`],
    ['Sizes', sizes(model)],
    ...(price === undefined
      ? []
      : [
          ['Price', `${priceText(model)} of ${billed ?? 'every result'}; read ${price.date}`],
          ['', price.source],
        ]),
    ...(returns === undefined
      ? []
      : [['Returns', returns.length === 0 ? 'not described by fal' : returns.join(', ')]]),
    ...(model.schema === undefined ? [] : [['Schema', schemaText(model.schema)]]),
    ['Lacks', missing.length === 0 ? 'nothing that another model has' : missing.join(', ')],
  ];
  return [
    name === endpoint ? name : `${name}  ${endpoint}`,
    purpose,
    '',
    'Example:',
    `  ${example}`,
    '',
    ...facts.flatMap(([label = '', text = '']) => indented(text, 10, label === '' ? '' : `${label}:`)),
    '',
    'Fields:',
    ...describeFields(model).flatMap(fieldLines),
  ];
}

function fieldLines({ field, flag, allowed }: DescribedField): string[] {
  const { name, about, required, fallback } = field;
  const own = isSet(flag) ? '' : ` (${name})`;
  const also = required
    ? ' Required.'
    : fallback === undefined || fallback === ''
      ? ''
      : ` fal's default: ${typeof fallback === 'string' ? fallback : JSON.stringify(fallback)}.`;
  return [`  ${flag}${own}`, ...indented(`${about} Allowed: ${allowed}.${also}`, 6, '')];
}

function loraRules(model: Model): string {
  const base = model.base;
  return model.fields.loras === undefined
    ? 'none'
    : base === undefined
      ? `${lorasText(model)}; fal does not say for which base model`
      : `${lorasText(model)}; trained for ${base.split(' ')[0] ?? base}`;
}

function schemaText({ hash, readAt, origin }: SchemaSource): string {
  const from =
    origin === 'file' ? 'a file of yours' : `fal, read ${new Date(readAt).toISOString().slice(0, 10)}`;
  return `${from}; ${hash.slice(0, 12)}`;
}

function sizes(model: Model): string {
  const field = fieldFor(model, 'size');
  if (field === undefined) return model.schema === undefined ? "the input's" : 'fal decides';
  const words = optionOf(field.tree, 'text')?.words ?? [];
  if (sidesFor(model) === undefined) return words.join(', ');
  const { min, max } = limitsOf(sidesFor(model));
  return `${words.join(', ')}, or WIDTHxHEIGHT with sides from ${min ?? 1} to ${max ?? 'any'}`;
}

/** Text in its own column after a label. */
function indented(text: string, indent: number, label: string): string[] {
  return wrap(text, WIDTH - indent).map((line, index) => (index === 0 ? label : '').padEnd(indent) + line);
}
