import type { Model } from '../../models/model.js';
import type { RequestKey } from '../../models/request.js';
import type { Shape } from '../../models/shape.js';
import { usdText } from '../../units.js';
import { shapeFor } from './describe.js';

/** Values that a model takes for a flag: a range and fal's default in brackets; `-` if it has no such field. */
export function takesCell(model: Model, key: RequestKey): string {
  const shape = shapeFor(model, key);
  if (shape === undefined) return '-';
  if (key === 'images') return picturesText(model);
  if (key === 'loras') return lorasText(model);
  if (key === 'size') return `names, or sides of ${rangeText(shape.fields?.['width'])} px`;
  const what = shape.words?.join(', ') ?? (isNumber(shape) ? rangeText(shape) : shape.types.join(' or '));
  const text = what === 'boolean' ? 'yes' : what === 'string' ? 'text' : what;
  const fallback = shape.fallback;
  const isSaid = typeof fallback === 'number' || (typeof fallback === 'string' && fallback !== '');
  return isSaid ? `${text} (${fallback})` : text;
}

/** How many pictures a model edits together. */
export function picturesText({ maxImages }: Model): string {
  return maxImages === 1 ? 'exactly 1' : `1 to ${maxImages}`;
}

/** How many LoRAs a model takes, and how strong they may be. */
export function lorasText(model: Model): string {
  const shape = shapeFor(model, 'loras');
  if (shape === undefined) return 'none';
  const { maxItems } = shape;
  const count = maxItems === undefined ? 'any number' : `up to ${maxItems}`;
  return `${count}, scale ${rangeText(shape.items?.fields?.['scale'])}`;
}

/** E.g. `$0.075 a megapixel`; `-` if only fal knows its price. */
export function priceText({ price }: Model): string {
  return price === undefined ? '-' : `${usdText(price.unitUsd)} a megapixel`;
}

function isNumber({ types }: Shape): boolean {
  return types.some((type) => type === 'number' || type === 'integer');
}

function rangeText(shape: Shape | undefined): string {
  const { min, max } = shape ?? {};
  return min === undefined && max === undefined ? 'any' : `${min ?? ''}..${max ?? ''}`;
}
