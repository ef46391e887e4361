import type { Context } from '../../context.js';
import { inQuotes } from '../../images/names.js';
import type { CountedFate } from '../../migrate/counted.js';
import type { Fate } from '../../migrate/fate.js';
import type { FileField } from '../../models/fields.js';
import { harmless } from '../../terminal/plain.js';
import type { Terminal } from '../../terminal/terminal.js';
import { fateLines } from './fate-lines.js';

/** Where a translation goes. */
export interface Printing {
  context: Pick<Context, 'stdout' | 'stderr'>;
  terminal: Terminal;
  json: boolean;
}

/** Says on stderr which way it goes, and what becomes of each field. */
export function printFates(
  way: string,
  fates: readonly (Fate | CountedFate)[],
  { context, terminal }: Printing,
): void {
  if (terminal.options.quiet) return;
  terminal.note(way);
  // A note would lose the spaces in front of a line that goes on.
  for (const line of fateLines(fates, context.stderr, terminal.paint)) terminal.error(line);
}

/** The translation on stdout. In a file it stays as it is; a terminal gets nothing that it would act upon. */
export function printResult(text: string, { context, terminal }: Printing): void {
  terminal.result(context.stdout.isTTY === true ? harmless(text) : text);
}

/** fal cannot read a file of this machine; only our own command uploads it. */
export function warnOfLocalFiles(files: readonly FileField[], { terminal }: Printing): void {
  const [first, ...others] = files;
  if (first === undefined) return;
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  terminal.warn(
    `${inQuotes(first.value)}${more}: a file of this machine, which fal cannot read. ` +
      'Name its URL, or use --as fal-edit, which uploads it.',
  );
}
