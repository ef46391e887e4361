/* The fields of an endpoint's schema that the flags fill. To teach fal-edit another name, add it to the table. */
import type { RequestKey } from '../request.js';
import { mainPicture } from './pictures.js';
import { optionsOf, type Field, type Tree } from './tree.js';

/** Names of a flag's field, the most usual first, and the type that it must have to count. */
interface Role {
  names: readonly string[];
  fits: (tree: Tree) => boolean;
}

const isText = (tree: Tree): boolean => some(tree, (one) => one.kind === 'text' && one.words === undefined);
const isNumber = (tree: Tree): boolean => some(tree, (one) => one.kind === 'number');
const isSwitch = (tree: Tree): boolean => some(tree, (one) => one.kind === 'boolean');
const isChoice = (tree: Tree): boolean => some(tree, (one) => one.kind === 'text' && one.words !== undefined);
const isSize = (tree: Tree): boolean => sidesOf(tree) !== undefined || namesSizes(tree);
const isFormat = (tree: Tree): boolean => formatWords(tree).length > 0;
const isLoras = (tree: Tree): boolean => loraItem(tree) !== undefined;

/** Every role but the pictures, whose rule is in pictures.ts. */
export const ROLES: Readonly<Record<Exclude<RequestKey, 'images'>, Role>> = {
  prompt: { names: ['prompt', 'instruction', 'text_input', 'text_prompt', 'edit_prompt'], fits: isText },
  strength: { names: ['strength', 'image_strength'], fits: isNumber },
  loras: { names: ['loras'], fits: isLoras },
  steps: { names: ['num_inference_steps', 'steps_num', 'num_steps', 'steps'], fits: isNumber },
  guidance: { names: ['guidance_scale', 'cfg_scale'], fits: isNumber },
  seed: { names: ['seed'], fits: isNumber },
  numImages: { names: ['num_images', 'num_samples', 'num_results', 'number_of_images'], fits: isNumber },
  size: { names: ['image_size'], fits: isSize },
  format: { names: ['output_format', 'format', 'image_format'], fits: isFormat },
  negativePrompt: { names: ['negative_prompt'], fits: isText },
  acceleration: { names: ['acceleration'], fits: isChoice },
  expandPrompt: {
    names: ['expand_prompt', 'enable_prompt_expansion', 'enhance_prompt', 'prompt_expansion'],
    fits: isSwitch,
  },
  safetyChecker: { names: ['enable_safety_checker', 'enable_output_safety_checker'], fits: isSwitch },
};

/** The fields that the flags fill; a flag that has no field is missing. */
export function rolesOf(input: ReadonlyMap<string, Field>): Partial<Record<RequestKey, readonly [string]>> {
  const main = mainPicture(input);
  const roles = (Object.entries(ROLES) as [Exclude<RequestKey, 'images'>, Role][]).flatMap(
    ([key, { names, fits }]): [RequestKey, readonly [string]][] => {
      const field = names.map((name) => input.get(name)).find((one) => one !== undefined && fits(one.tree));
      return field === undefined ? [] : [[key, [field.name]]];
    },
  );
  return Object.fromEntries([...roles, ...(main === undefined ? [] : [['images', [main.name]] as const])]);
}

/** The sides of a size given as an object; undefined if it cannot be given so. */
export function sidesOf(tree: Tree): { width: Field; height: Field } | undefined {
  for (const option of optionsOf(tree)) {
    if (option.kind !== 'object') continue;
    const [width, height] = [option.fields.get('width'), option.fields.get('height')];
    if (width !== undefined && height !== undefined) return { width, height };
  }
  return undefined;
}

/** The names of sizes that a field takes, such as `square_hd`, `auto` or `1024x1024`. */
export function sizeWords(tree: Tree): readonly string[] {
  return optionsOf(tree).flatMap((option) => (option.kind === 'text' ? (option.words ?? []) : []));
}

function namesSizes(tree: Tree): boolean {
  return sizeWords(tree).some((word) => /^\d+x\d+$|^(square|portrait|landscape)/.test(word));
}

/** fal's words for the formats that we know, among those of a field. */
export function formatWords(tree: Tree): readonly string[] {
  const words = optionsOf(tree).flatMap((option) => (option.kind === 'text' ? (option.words ?? []) : []));
  return words.filter((word) => /^(png|jpe?g|webp)$/.test(word));
}

/** One item of a list of LoRAs: an object with a path. */
export function loraItem(tree: Tree): Extract<Tree, { kind: 'object' }> | undefined {
  for (const option of optionsOf(tree)) {
    if (option.kind !== 'list') continue;
    for (const item of optionsOf(option.items)) {
      if (item.kind === 'object' && item.fields.has('path')) return item;
    }
  }
  return undefined;
}

function some(tree: Tree, test: (option: Tree) => boolean): boolean {
  return optionsOf(tree).some(test);
}
