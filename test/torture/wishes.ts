import { schemaFile } from '../support/schemas.js';

/** An edit that somebody wants, that many times. */
export interface Wish {
  prompt: string;
  argv: readonly string[];
  times: number;
}

/** Models that are known by their schemas, from disk: one with a mask, one that returns a mask as well. */
const FILL = ['-m', 'acme/fill', '--schema', schemaFile('acme/fill')];
const ERASE = ['-m', 'acme/erase', '--schema', schemaFile('acme/erase'), '--set', 'output_mask=true'];

/**
 * What eleven people want at once of one picture, with one ledger in one folder: some the same as another, some
 * files of the same name, some a name of their own.
 */
export const WISHES: readonly Wish[] = [
  wish('twice, under names that all others want as well', 2),
  wish('twice, in a folder', 2, '-o', 'new/folder/'),
  wish('two pictures', 1, '--num-images', '2'),
  wish('a name of its own', 1, '-o', 'own.png', '--seed', '1'),
  wish('a name that may be overwritten', 1, '-o', 'forced.png', '--force', '--seed', '2'),
  wish('a name with a number', 1, '-o', '{name}.{seed}.{ext}', '--seed', '3'),
  wish('a mask', 1, ...FILL, '--file', 'mask_url=cat.png', '-o', 'filled.png', '--seed', '4'),
  wish('two outputs', 1, ...ERASE, '--file', 'mask_url=cat.png', '-o', 'erased.png', '--seed', '6'),
  wish('a schema from fal', 1, '-m', 'acme/paint/edit', '-o', 'painted.png', '--seed', '5'),
];

function wish(prompt: string, times: number, ...flags: string[]): Wish {
  return { prompt, argv: ['cat.png', '-p', prompt, ...flags], times };
}

/** How many edits of them fal is to take in all. */
export const WISHED = WISHES.reduce((sum, { times }) => sum + times, 0);
