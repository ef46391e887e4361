import type { Column } from '../../../terminal/table.js';
import { usdText } from '../../../units.js';
import type { FoundModel, Need, Takes } from './found-model.js';

export const COLUMNS: readonly Column[] = [
  { title: 'ENDPOINT' },
  { title: 'PICTURES' },
  { title: 'PROMPT' },
  { title: 'MASK' },
  { title: 'LORAS' },
  { title: 'PRICE' },
  // It ends with the reason why a model cannot be used.
  { title: 'TITLE', whole: true },
];

/** A row of the table. Texts from fal are made harmless by the table. */
export function foundRow({ endpoint, title = '', takes, price }: FoundModel): string[] {
  const cost = price === undefined ? '-' : priceText(price);
  if ('why' in takes)
    return [endpoint, '-', '-', '-', '-', cost, `${title} (cannot be used: ${takes.why})`.trim()];
  const { prompt, mask, loras } = takes;
  return [endpoint, picturesText(takes), needText(prompt), needText(mask), loras ? 'yes' : '-', cost, title];
}

function picturesText({ maxImages }: Takes): string {
  if (maxImages === undefined) return '1 or more';
  if (maxImages === 0) return 'by --file';
  return maxImages === 1 ? '1' : `1 to ${maxImages}`;
}

function needText(need: Need): string {
  return { required: 'needed', optional: 'yes', none: '-' }[need];
}

/** E.g. `$0.03 per image`; units are fal's own words. */
function priceText({ unitUsd, unit }: NonNullable<FoundModel['price']>): string {
  const one = unit.trim().replace(/^([a-z ]+[^s])s$/i, '$1');
  return /[a-z]/i.test(one) ? `${usdText(unitUsd)} per ${one}` : `${usdText(unitUsd)} per edit`;
}

/** A model for `--json`. */
export function foundDocument({ endpoint, name, title, category, takes, price }: FoundModel): object {
  const usable = !('why' in takes);
  return {
    endpoint,
    name: name ?? null,
    title: title ?? null,
    category: category ?? null,
    usable,
    why: usable ? null : takes.why,
    images: usable ? { min: takes.maxImages === 0 ? 0 : 1, max: takes.maxImages ?? null } : null,
    prompt: usable ? takes.prompt : null,
    mask: usable ? takes.mask : null,
    loras: usable ? takes.loras : null,
    price: price === undefined ? null : { unit_price_usd: price.unitUsd, unit: price.unit },
  };
}
