import path from 'node:path';
import type { OutputSpec } from '../../ledger/job.js';
import { hasOwnEnding, numbered, pathOf } from '../plan/output.js';

/** Extensions that promise a picture of pixels, or that a result's name has from us. */
const ENDING = /\.(?:png|jpe?g|webp|gif|avif|heic|tiff?|svg|zip)$/i;

/** Longest name in bytes, with room for a number. */
const LONGEST_NAME = 245;

/** A result whose bytes are here. */
export interface Ending {
  /** Usual extension of its type, without the dot. */
  ext: string;
  /** Whether it is a picture of pixels. */
  isPicture: boolean;
}

/**
 * Absolute path of one file of an edit, before other files are considered. The main output has the name that the user
 * gave it; any other is `<name>.<field>.<ext>`, and `<name>.<field>.<number>.<ext>` where the field has several.
 *
 * @param fields for each file, the name of its output; undefined for the main one
 * @param ending undefined if the bytes are not here yet
 */
export function resultPath(
  output: OutputSpec,
  fields: readonly (string | undefined)[],
  index: number,
  requestId: string | undefined,
  ending?: Ending,
): string {
  const field = fields[index];
  if (field === undefined) return mainPath(output, index, requestId, ending);
  const same = fields.flatMap((other, at) => (other === field ? [at] : []));
  const label = same.length === 1 ? field : `${field}.${same.indexOf(index) + 1}`;
  const { dir, base } = path.parse(pathOf(output, 0, requestId, ending?.ext));
  const isOurs = !hasOwnEnding(output) || ENDING.test(base);
  const tail = `.${label}.${ending?.ext ?? output.ext}`;
  return path.join(dir, cut(isOurs ? path.parse(base).name : base, LONGEST_NAME - tail.length) + tail);
}

/** A name with the user's own extension stays, unless the file is no picture that could have it. */
function mainPath(
  output: OutputSpec,
  index: number,
  requestId: string | undefined,
  ending: Ending | undefined,
): string {
  // More pictures than were requested.
  const isMore = index >= output.count && !output.template.includes('{index}');
  const own = (ext?: string): string => {
    const file = pathOf(output, index, requestId, ext);
    return isMore && output.count === 1 ? numbered(file, index + 1) : file;
  };
  if (ending === undefined || !hasOwnEnding(output)) return own(ending?.ext);
  const file = own();
  if (ending.isPicture || !ENDING.test(file)) return file;
  const { dir, name } = path.parse(file);
  return path.join(dir, `${name}.${ending.ext}`);
}

function cut(name: string, bytes: number): string {
  if (Buffer.byteLength(name) <= bytes) return name;
  const letters = Array.from(name);
  while (Buffer.byteLength(letters.join('')) > bytes) letters.pop();
  return letters.join('');
}
