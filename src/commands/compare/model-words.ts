import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Fields } from '../../batch/manifest/entry.js';
import { didYouMean } from '../../near-name.js';
import { fieldError } from '../../errors/error.js';
import { findModel, knownModel } from '../../models/registry.js';
import { FIELD_NAMES, meaningOf } from '../rows/fields.js';

/** The arguments of a comparison, by meaning. */
export interface ComparisonWords {
  pictures: string[];
  /** Settings for only one model, by its short name. */
  settings: ReadonlyMap<string, Fields>;
}

/** A URL has a colon before its first dot. */
const SETTING = /^([\w/.-]+\.[a-z][\w.-]*)=(.*)$/is;

/**
 * Tells pictures from settings of one model (`flux-general.strength=0.6`). A file with exactly that name is a picture.
 *
 * @throws FalEditError (usage): no such model or setting
 */
export function readWords(words: readonly string[], cwd: string): ComparisonWords {
  const pictures: string[] = [];
  const settings = new Map<string, Fields>();
  for (const word of words) {
    const [, left = '', value = ''] = SETTING.exec(word) ?? [];
    const [name, field] = dividedAtModel(left);
    if (field === '' || existsSync(path.resolve(cwd, word))) {
      pictures.push(word);
      continue;
    }
    const model = findModel(name, word).name;
    settings.set(model, withSetting(settings.get(model) ?? {}, word, field, value));
  }
  return { pictures, settings };
}

/** The name of a model and what follows its dot. An endpoint id may have dots itself. */
function dividedAtModel(text: string): [name: string, field: string] {
  const dots = [...text.matchAll(/\.(?=[a-z])/gi)].map(({ index }) => index);
  const known = dots.find((dot) => knownModel(text.slice(0, dot)) !== undefined);
  const dot = known ?? dots[0];
  return dot === undefined ? [text, ''] : [text.slice(0, dot), text.slice(dot + 1)];
}

function withSetting(fields: Fields, word: string, field: string, value: string): Fields {
  const meaning = meaningOf(field);
  if (meaning?.kind !== 'flag') {
    const names = FIELD_NAMES.filter((name) => {
      const known = meaningOf(name);
      return known?.kind === 'flag' && known.flag.comparedAlike === undefined;
    });
    throw fieldError(
      word,
      `there is no setting ${field}.`,
      didYouMean(field, names, `Settings: ${names.join(', ')}.`),
    );
  }
  const { flag, part } = meaning;
  const reason = flag.comparedAlike;
  if (reason !== undefined) throw fieldError(word, `${flag.name} cannot be set for one model; ${reason}.`);
  if (value.trim() === '') throw fieldError(word, 'the value is missing.');
  const own = part === undefined ? value : { [part]: value };
  // If a setting takes one value, the last one counts, as with flags.
  if (flag.repeatable !== true) return { ...fields, [flag.name]: own };
  const before = fields[flag.name];
  return { ...fields, [flag.name]: [...(Array.isArray(before) ? before : []), own] };
}
