import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { saveWhole } from '../../edit/pictures/save.js';
import { inputError, codeOf } from '../../errors/error.js';

/** People's choices, in the out-dir of a comparison. */
export const PICKS_FILE = 'picks.json';

const picksFile = z.object({
  schema_version: z.literal(1),
  choices: z.array(
    z.object({
      /** Keys of the two edits, by their side on the page. */
      left: z.string(),
      right: z.string(),
      /** Key of the preferred edit; null for no difference. */
      preferred: z.string().nullable(),
      /** ISO 8601. */
      at: z.string(),
    }),
  ),
});

/** A blind choice between two results. */
export type Choice = z.infer<typeof picksFile>['choices'][number];

/**
 * Reads the choices so far; none if there is no file.
 *
 * @param outDir absolute
 * @param presentKeys current keys of edits whose keys have changed since the choice
 * @throws FalEditError (input): the file is damaged; it is somebody's work and is never overwritten
 */
export async function readChoices(
  outDir: string,
  presentKeys: ReadonlyMap<string, string> = new Map(),
): Promise<Choice[]> {
  const file = path.join(outDir, PICKS_FILE);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw inputError(`${file} cannot be read (${codeOf(error) ?? 'unknown reason'}).`);
  }
  try {
    const { choices } = picksFile.parse(JSON.parse(text));
    const present = (key: string): string => presentKeys.get(key) ?? key;
    return choices.map(({ left, right, preferred, at }) => ({
      ...{ left: present(left), right: present(right), at },
      preferred: preferred === null ? null : present(preferred),
    }));
  } catch {
    throw inputError(`${file} has no readable choices.`, {
      hint: 'Remove it to start over; it is never overwritten.',
    });
  }
}

/** Writes the choices atomically. @throws the system's error */
export async function writeChoices(outDir: string, choices: readonly Choice[]): Promise<void> {
  const text = `${JSON.stringify({ schema_version: 1, choices }, undefined, 2)}\n`;
  await saveWhole(path.join(outDir, PICKS_FILE), Buffer.from(text), { force: true, tag: 'picks' });
}
