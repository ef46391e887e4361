import type { Model } from '../../models/model.js';
import type { RequestKey } from '../../models/request.js';
import { rangeText } from '../../models/schema/range.js';
import { optionOf, type Tree } from '../../models/schema/tree.js';
import { typeText } from '../../models/schema/type-text.js';
import { usdText } from '../../units.js';
import { fieldFor, loraScaleFor, sidesFor } from '../../models/describe.js';

/** Values that a model takes for a flag: a range and fal's default in brackets; `-` if it has no such field. */
export function takesCell(model: Model, key: RequestKey): string {
  const field = fieldFor(model, key);
  if (field === undefined) return '-';
  if (key === 'images') return picturesText(model);
  if (key === 'loras') return lorasText(model);
  if (key === 'size') return sizesText(model);
  const { tree, fallback } = field;
  const text = valuesText(tree);
  const isSaid = typeof fallback === 'number' || (typeof fallback === 'string' && fallback !== '');
  return isSaid ? `${text} (${fallback})` : text;
}

/** How many pictures a model edits together. */
export function picturesText({ maxImages, statesNoLimit, fields }: Model): string {
  if (fields.images === undefined) return 'each by the name of its field';
  if (statesNoLimit === true) return '1; fal does not say how many more it uses (--allow-many)';
  return maxImages === 1 ? 'exactly 1' : `1 to ${maxImages}`;
}

/** How many LoRAs a model takes, and how strong they may be. */
export function lorasText(model: Model): string {
  const list = optionOf(fieldFor(model, 'loras')?.tree, 'list');
  if (list === undefined) return 'none';
  const { maxItems } = list;
  const count = maxItems === undefined ? 'any number' : `up to ${maxItems}`;
  const scale = loraScaleFor(model);
  return scale === undefined ? count : `${count}, scale ${numbersText(scale)}`;
}

/** E.g. `$0.075 a megapixel`; `-` if only fal knows its price. */
export function priceText({ price }: Model): string {
  return price === undefined ? '-' : `${usdText(price.unitUsd)} a megapixel`;
}

function sizesText(model: Model): string {
  const sides = sidesFor(model);
  return sides === undefined ? 'names' : `names, or sides of ${numbersText(sides)} px`;
}

function valuesText(tree: Tree): string {
  const words = optionOf(tree, 'text')?.words;
  if (words !== undefined) return words.join(', ');
  const numbers = optionOf(tree, 'number');
  if (numbers !== undefined) return numbers.values?.join(', ') ?? numbersText(numbers);
  const text = typeText(tree);
  return text === 'boolean' ? 'yes' : text === 'string' ? 'text' : text;
}

function numbersText(numbers: Extract<Tree, { kind: 'number' }>): string {
  return rangeText(numbers, numbers.whole) ?? 'any';
}
