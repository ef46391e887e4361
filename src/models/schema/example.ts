/* An example command of an endpoint: the least that it can be edited with. */
import { shellWords } from '../../shell-words.js';
import { editArguments } from '../arguments.js';
import type { Model } from '../model.js';
import { holdsPicture, pictureLimit, takesMask, takesPicture } from './pictures.js';
import { highEnd, lowEnd } from './range.js';
import { optionsOf, type Field, type Tree } from './tree.js';
import { typeOf } from './zod.js';

/** A command with everything that the endpoint requires, and at least one picture. */
export function exampleOf(model: Model, input: ReadonlyMap<string, Field>): string {
  const [main] = model.fields.images ?? [];
  const [prompt] = model.fields.prompt ?? [];
  const names = neededFields(input, main, prompt);
  const values = names.map((name): [string, unknown] => {
    const field = input.get(name);
    if (name === prompt) return [name, 'make it blue'];
    return [name, field === undefined ? undefined : sampleOf(field, name === main ? 'photo.jpg' : undefined)];
  });
  return shellWords(['fal-edit', ...editArguments(model, Object.fromEntries(values))]);
}

/** The main picture, what is required, and the prompt at last. */
function neededFields(
  input: ReadonlyMap<string, Field>,
  main: string | undefined,
  prompt: string | undefined,
): string[] {
  const all = [...input.values()];
  const required = all.filter(({ required: isNeeded, name }) => isNeeded && name !== 'sync_mode');
  const guide =
    main === undefined && !required.some(holdsPicture)
      ? (all.find(takesPicture) ?? all.find(holdsPicture))?.name
      : main;
  const names = required.map(({ name }) => name).filter((name) => name !== prompt && name !== guide);
  return [
    ...(guide === undefined ? [] : [guide]),
    ...names,
    ...(prompt !== undefined && required.some(({ name }) => name === prompt) ? [prompt] : []),
  ];
}

/** A value that the field takes: fal's own example if it is short, else the least. */
function sampleOf(field: Field, picture = pictureName(field)): unknown {
  const { tree, example, fallback } = field;
  if (takesPicture(field)) return pictureValue(field, picture);
  const least = leastOf(tree);
  const candidates = holdsPicture(field) || wordsIn(tree) ? [least] : [example, fallback, least];
  const type = typeOf(tree);
  return candidates.find((value) => isShort(value) && type.safeParse(value).success) ?? least;
}

/** Longest example of fal that is taken over, as JSON. */
const LONGEST = 60;

function isShort(value: unknown): boolean {
  return value !== undefined && value !== null && JSON.stringify(value).length <= LONGEST;
}

function wordsIn(tree: Tree): boolean {
  return optionsOf(tree).some((option) => option.kind === 'text' && option.words !== undefined);
}

function pictureName(field: Field): string {
  return `${takesMask(field) ? 'mask' : field.name.replace(/_urls?$/, '')}.png`;
}

function pictureValue(field: Field, name: string): unknown {
  const list = optionsOf(field.tree).find((option) => option.kind === 'list');
  if (list?.kind !== 'list') return name;
  const count = Math.max(1, Math.min(list.minItems ?? 1, pictureLimit(field) ?? 20));
  return Array.from({ length: count }, (_, index) =>
    index === 0 ? name : name.replace(/(?=\.\w+$)/, `-${index + 1}`),
  );
}

/** The least value of a type, with a picture in it if it can hold one. */
function leastOf(tree: Tree): unknown {
  const options = optionsOf(tree);
  const option = options.find(({ kind }) => /text|number|boolean/.test(kind)) ?? options[0];
  switch (option?.kind) {
    case 'text':
      return option.words?.[0] ?? '…'.repeat(Math.max(1, Math.min(option.minLength ?? 1, LONGEST)));
    case 'number':
      return option.values?.[0] ?? leastNumber(option);
    case 'boolean':
      return option.only ?? true;
    case 'list': {
      const least = Math.min(option.minItems ?? 0, 20);
      const count = Math.max(least, hasPictures(option.items) ? 1 : 0);
      return Array.from({ length: count }, () => leastOf(option.items));
    }
    case 'object': {
      const all = [...option.fields.values()];
      const guide = all.some((field) => field.required && holdsPicture(field))
        ? undefined
        : all.find(holdsPicture);
      const needed = all.filter((field) => field.required || field === guide);
      return Object.fromEntries(needed.map((field): [string, unknown] => [field.name, sampleOf(field)]));
    }
    case 'record':
      return {};
    default:
      return option === undefined ? null : '…';
  }
}

function hasPictures(tree: Tree): boolean {
  return optionsOf(tree).some(
    (option) => option.kind === 'object' && [...option.fields.values()].some(holdsPicture),
  );
}

function leastNumber(tree: Extract<Tree, { kind: 'number' }>): number {
  const [low, high] = [lowEnd(tree, tree.whole).value, highEnd(tree, tree.whole).value];
  const step = tree.multipleOf ?? 1;
  const stepped = Math.ceil((Number.isFinite(low) ? low : 0) / step) * step;
  const type = typeOf(tree);
  return (
    [1, low, high, (low + high) / 2, low + 1, stepped, stepped + step].find(
      (number) => Number.isFinite(number) && type.safeParse(number).success,
    ) ?? 1
  );
}
