import type { Context } from '../../context.js';
import { inQuotes } from '../../images/names.js';
import type { CountedChange } from '../../migrate/counted.js';
import type { FieldChange } from '../../migrate/field-change.js';
import type { FileField } from '../../models/fields.js';
import { harmless } from '../../terminal/plain.js';
import type { Terminal } from '../../terminal/terminal.js';
import { changeLines } from './change-lines.js';

/** Output of a translation. */
export interface Printing {
  context: Pick<Context, 'stdout' | 'stderr'>;
  terminal: Terminal;
  json: boolean;
}

/** Prints on stderr the two models and the change of each field. */
export function printChanges(
  way: string,
  changes: readonly (FieldChange | CountedChange)[],
  { context, terminal }: Printing,
): void {
  if (terminal.options.quiet) return;
  terminal.note(way);
  // A note would lose the indent of continuation lines.
  for (const line of changeLines(changes, context.stderr, terminal.paint)) terminal.error(line);
}

/** Prints the translation on stdout: unchanged into a file, without control sequences on a terminal. */
export function printResult(text: string, { context, terminal }: Printing): void {
  terminal.result(context.stdout.isTTY === true ? harmless(text) : text);
}

/** Warns that fal cannot read local files; only our own command uploads them. */
export function warnOfLocalFiles(files: readonly FileField[], { terminal }: Printing): void {
  const [first, ...others] = files;
  if (first === undefined) return;
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  terminal.warn(
    `${inQuotes(first.value)}${more}: a local file, which fal cannot read. ` +
      'Use its URL, or --as fal-edit, which uploads it.',
  );
}

/** Changes as `--json` has them: "fate" is the name that scripts know. */
export function changesDocument(
  changes: readonly (FieldChange | CountedChange)[],
): Record<string, unknown>[] {
  return changes.map(({ field, kind, ...more }) => ({ field, fate: kind, ...more }));
}
