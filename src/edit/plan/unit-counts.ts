import { billedMegapixels } from '../../models/image-size.js';
import type { BillableWork } from '../../models/model.js';

/** The number of units that fal will bill for an edit, or why it is unknown, to follow "it is". */
export type UnitCount =
  | { units: number; each: string; assumptions: string[]; unknown?: undefined }
  | { units?: undefined; unknown: string };

/** Units that can be counted before an edit. fal names them in free text. */
const COUNTED: readonly { unit: RegExp; each: string; count: (work: BillableWork) => number | undefined }[] =
  [
    { unit: /^images?$/, each: 'a picture', count: picturesOf },
    { unit: /^(requests?|generations?|1|)$/, each: 'a request', count: () => 1 },
    { unit: /^megapixels?$/, each: 'a megapixel', count: megapixelsOut },
    {
      unit: /^processed megapixels?$/,
      each: 'a processed megapixel',
      count: (work) => plus(megapixelsOut(work), megapixelsIn(work)),
    },
  ];

/** fal's pages name extras in prose only, such as a price for each resolution (any-model.md 3). */
const EXTRAS = 'fal may bill more for some settings; its page has the details';

/** Longest unit that is repeated in a message. */
const LONGEST_UNIT = 40;

/** Counts the units of an edit by an endpoint that has no adapter of ours. */
export function countUnits(unit: string, work: BillableWork): UnitCount {
  const name = unit.trim().toLowerCase().replaceAll(/\s+/g, ' ');
  const known = COUNTED.find((one) => one.unit.test(name));
  if (known === undefined) return { unknown: billedBy(name) };
  const units = known.count(work);
  if (units === undefined) {
    return {
      unknown: `billed by the ${name.replace(/s$/, '')}, and not all sizes are known before the edit`,
    };
  }
  const isPerRequest = known.each === 'a request' && work.numImages > 1;
  const alike = isPerRequest ? ['fal bills the request, however many pictures it makes'] : [];
  return { units, each: known.each, assumptions: [...alike, EXTRAS] };
}

/** Times and the like are known only after the edit. */
function billedBy(name: string): string {
  if (/^[a-z]+( [a-z]+)?s$/.test(name)) return `billed by the ${name.replace(/s$/, '')}`;
  return `billed in ${JSON.stringify(name.slice(0, LONGEST_UNIT))}`;
}

/** Some models make up to `max_images` pictures for each one that is requested. */
function picturesOf({ numImages, input }: BillableWork): number {
  const most = input['max_images'];
  return numImages * (typeof most === 'number' && most > 1 ? most : 1);
}

function megapixelsOut(work: BillableWork): number | undefined {
  return work.output === undefined ? undefined : picturesOf(work) * billedMegapixels(work.output);
}

function megapixelsIn({ inputs }: BillableWork): number | undefined {
  return inputs.reduce<number | undefined>(
    (sum, size) => plus(sum, size === undefined ? undefined : billedMegapixels(size)),
    0,
  );
}

function plus(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? undefined : one + other;
}
