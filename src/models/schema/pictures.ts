/*
 * Which fields of an endpoint take pictures, and which of them is the picture to edit. fal marks few of them, so that
 * their names decide. Names and counts are from a survey of 551 schemas (docs/fal-api.md).
 */
import { optionsOf, type Field, type Tree } from './tree.js';

/** Names of fields that take pictures: `image_url`, `mask_image_url`, `reference_image_urls`, `garment_image`, … */
const PICTURE_NAME = /(^|_)(image|mask|photo|picture)s?(_urls?)?$|(^|_)image_source$/;

/** fal's own mark of such a field. */
const PICTURE_MARK = /^images?(_|$)/;

/** Names of masks. Others such as `reference_mask_urls` belong to other pictures. */
export const MASK_NAMES: readonly string[] = ['mask_url', 'mask_image_url'];

/** Names of the picture to edit, the most usual first. */
export const MAIN_NAMES: readonly string[] = [
  'image_url',
  'image_urls',
  'input_image_urls',
  'reference_image_urls',
  'reference_image_url',
];

/** Whether a field takes pictures: free text, or a list of it, with the name or the mark of one. */
export function takesPicture({ name, tree, mark }: Field): boolean {
  if (mark !== undefined ? !PICTURE_MARK.test(mark) && !PICTURE_NAME.test(name) : !PICTURE_NAME.test(name)) {
    return false;
  }
  const options = optionsOf(tree);
  return options.length > 0 && options.every(isFreeTextOrList);
}

function isFreeTextOrList(tree: Tree): boolean {
  if (tree.kind === 'list') return optionsOf(tree.items).every(isFreeText);
  return isFreeText(tree);
}

function isFreeText(tree: Tree): boolean {
  return tree.kind === 'text' && tree.words === undefined;
}

/** Whether a value holds a picture at some depth. */
function hasPictureInside(tree: Tree): boolean {
  return optionsOf(tree).some((option) => {
    if (option.kind === 'list') return hasPictureInside(option.items);
    return option.kind === 'object' && [...option.fields.values()].some(holdsPicture);
  });
}

/** Whether a field takes pictures, or holds values with one. */
export function holdsPicture(field: Field): boolean {
  return takesPicture(field) || hasPictureInside(field.tree);
}

/** Whether a field takes a mask. */
export function takesMask(field: Field): boolean {
  return MASK_NAMES.includes(field.name) || (field.mark?.includes('mask') ?? false);
}

/**
 * The field of the picture to edit: the first by name among the required ones, or the only required one. If none is
 * required, the first by name among all. Undefined if an endpoint takes several pictures of equal rank.
 */
export function mainPicture(input: ReadonlyMap<string, Field>): Field | undefined {
  const pictures = [...input.values()].filter((field) => takesPicture(field) && !takesMask(field));
  const required = pictures.filter((field) => field.required);
  const byName = (fields: readonly Field[]): Field | undefined =>
    MAIN_NAMES.map((name) => fields.find((field) => field.name === name)).find((one) => one !== undefined);
  if (required.length > 0) return byName(required) ?? (required.length === 1 ? required[0] : undefined);
  return byName(pictures);
}

/** Number words in fal's sentences. */
const NUMBERS =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen'.split(
    ' ',
  );

const NUMBER = `(\\d{1,3}|${NUMBERS.slice(1).join('|')})`;
const PICTURES = '(?:[a-z-]+ ){0,2}(?:image|picture|photo|mask|reference|input)s?\\b';
/** Whether a number counts pictures, not megabytes or pixels. */
const COUNTS = `(?= ${PICTURES}| (?:(?:will be|are|is) )?(?:used|supported|allowed)\\b|[.;,)](?!\\d)|$)`;

/** "A maximum of 4 images", "Up to ten.", "only the first 3 will be used", "only 1 image is supported", "1-3 images". */
const LIMITS_IN_WORDS = [
  `\\b(?:maximum(?: of)?|up to|at most|no more than|only the first|limit of|max\\.?):? ${NUMBER}${COUNTS}`,
  `\\b(?:only|supports?) ${NUMBER} ${PICTURES}`,
  `\\b\\d{1,2} ?(?:-|–|to) ?${NUMBER} ${PICTURES}`,
  `\\b${NUMBER} ${PICTURES} at most\\b`,
].map((pattern) => new RegExp(pattern, 'i'));

/**
 * How many pictures a field takes: 1, or what the list's schema or fal's sentence says. Undefined for a list without a
 * limit: fal may drop pictures beyond an unknown number.
 */
export function pictureLimit({ tree, about }: Field): number | undefined {
  const list = optionsOf(tree).find((option) => option.kind === 'list');
  if (list?.kind !== 'list') return 1;
  if (list.maxItems !== undefined) return list.maxItems;
  const [, number] = LIMITS_IN_WORDS.map((pattern) => pattern.exec(about)).find((one) => one !== null) ?? [];
  if (number === undefined) return undefined;
  const counted = /\d/.test(number) ? Number(number) : NUMBERS.indexOf(number.toLowerCase());
  return counted >= 1 ? counted : undefined;
}
