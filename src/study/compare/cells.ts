import path from 'node:path';
import type { Fields } from '../../batch/manifest/entry.js';
import { harmlessName, printable } from '../../images/names.js';
import { sha256Of } from '../../sha256.js';
import type { Cell } from '../cell.js';

/** Folder of a comparison's results in its out-dir. */
export const RESULTS_FOLDER = 'pictures';

/** A comparison: every picture × prompt × seed × model. */
export interface Grid {
  pictures: readonly GridPicture[];
  /** An empty text means none. */
  prompts: readonly string[];
  seeds: readonly number[];
  models: readonly GridModel[];
  /** Other settings that affect all results: changing them changes the results' names. */
  common: unknown;
}

export interface GridPicture {
  /** Path as written from the working directory, or a URL. */
  word: string;
  /** Digest of the picture's bytes, hexadecimal; for a URL, of its text. */
  digest: string;
}

export interface GridModel {
  /** Short name. */
  name: string;
  /** Settings that only this model has. */
  fields: Fields;
  /** It has no field for the prompt or the seed, which are then left out; each further seed is a repetition. */
  lacks?: readonly ('prompt' | 'seed')[];
}

/** Most bytes of the picture's own name in a result's name. */
const LONGEST_STEM = 80;
/** Most characters of the picture's path in an id; a row's id has at most 200. */
const LONGEST_WORD = 120;

/**
 * The cells of a comparison, with those to be compared next to each other: a run that stops early has complete pairs,
 * and a slow moment at fal affects all models.
 */
export function comparisonCells({ pictures, prompts, seeds, models, common }: Grid): Cell[] {
  return pictures.flatMap((picture) =>
    prompts.flatMap((prompt, index) =>
      seeds.flatMap((seed, number) =>
        models.map(({ name, fields, lacks = [] }) => ({
          id: [
            shortWord(picture),
            ...(prompts.length > 1 ? [`prompt ${index + 1}`] : []),
            name,
            lacks.includes('seed') ? `result ${number + 1}` : `seed ${seed}`,
          ].join(', '),
          fields: {
            ...fields,
            image: picture.word,
            ...(prompt === '' || lacks.includes('prompt') ? {} : { prompt }),
            ...(lacks.includes('seed') ? {} : { seed }),
            model: name,
            output: resultName(picture, name, seed, digestOf([prompt, seed, name, fields, common])),
          },
          at: { model: name, picture: picture.word, prompt, seed: String(seed) },
        })),
      ),
    ),
  );
}

/** Name of a result, which depends only on the edit: neither another order nor more pictures or models change it. */
function resultName({ word, digest }: GridPicture, model: string, seed: number, wish: string): string {
  const name = /^https?:/i.test(word) ? new URL(word).pathname : word;
  const whole = harmlessName(path.parse(name).name).replace(/[{}]/g, '_');
  let stem = whole;
  while (Buffer.byteLength(stem) > LONGEST_STEM) stem = Array.from(stem).slice(0, -1).join('');
  const tag = digestOf([digest, word, wish]).slice(0, 8);
  return `${RESULTS_FOLDER}/${stem}-${harmlessName(model)}-${seed}-${tag}.{ext}`;
}

function shortWord({ word: written, digest }: GridPicture): string {
  const word = printable(written);
  if (word.length <= LONGEST_WORD) return word;
  return `…${word.slice(-LONGEST_WORD)} (${digestOf([word, digest]).slice(0, 8)})`;
}

function digestOf(value: unknown): string {
  return sha256Of(JSON.stringify(value));
}
