import { FLAGS_BEHIND, type EditingSettings } from '../flags/editing.js';
import type { Context } from '../../context.js';
import { planEdit } from '../../edit/plan.js';
import { FalEditError, usageError } from '../../errors.js';
import { findModel } from '../../models/registry.js';
import type { Cell } from '../../study/cell.js';
import { rowReader } from '../batch/row-reader.js';

/**
 * Checks each picture, prompt and model once, before their edits are read, so that a problem is reported once and not
 * for each edit.
 *
 * @param own names of the settings that models have for themselves, by model
 * @throws FalEditError (usage), one line per problem; the signal's reason
 */
export async function checkCells(
  cells: readonly Cell[],
  settings: EditingSettings,
  own: ReadonlyMap<string, readonly string[]>,
  outDir: string,
  context: Pick<Context, 'cwd' | 'stdin' | 'newSeed' | 'signal'>,
): Promise<void> {
  const read = rowReader(settings, {}, { folder: context.cwd, fromFile: [], allowOutside: false }, context);
  const lines = new Set<string>();
  const hints: (string | undefined)[] = [];
  for (const cell of oneOfEach(cells)) {
    context.signal.throwIfAborted();
    try {
      const { order } = await read(cell.fields);
      await planEdit({ ...order, outputFolder: outDir }, context);
    } catch (error) {
      if (!(error instanceof FalEditError) || !['usage', 'input'].includes(error.kind)) throw error;
      const model = cell.at['model'] ?? '';
      for (const line of error.message.split('\n')) lines.add(placed(line, cell, own.get(model) ?? []));
      hints.push(onlyFor(model, cells, settings) ?? error.hint);
    }
  }
  if (lines.size === 0) return;
  throw usageError(
    [...lines].join('\n'),
    hints.find((hint) => hint !== undefined),
  );
}

/** As few cells as possible that cover every picture, prompt and model. */
function oneOfEach(cells: readonly Cell[]): Cell[] {
  const [first] = cells;
  const differs = (cell: Cell, axis: string): boolean => cell.at[axis] !== first?.at[axis];
  const seen = new Set<string>();
  return cells.filter((cell) => {
    const others = ['picture', 'prompt', 'model', 'seed'].filter((axis) => differs(cell, axis));
    if (others.length > 1 || others[0] === 'seed') return false;
    const key = JSON.stringify([others[0], others[0] === undefined ? '' : cell.at[others[0]]]);
    return !seen.has(key) && seen.add(key);
  });
}

/** Puts the picture or the model in front of a line that is about it. */
function placed(line: string, { at }: Cell, own: readonly string[]): string {
  const [, field = ''] = /^([\w-]+): /.exec(line) ?? [];
  if (field === 'image') return `${at['picture'] ?? ''}: ${line}`;
  return own.includes(field) ? `${at['model'] ?? ''}.${line}` : line;
}

/** How to set something for only one model if the other one lacks it. */
function onlyFor(model: string, cells: readonly Cell[], { values }: EditingSettings): string | undefined {
  const models = [...new Set(cells.map(({ at }) => at['model'] ?? ''))];
  for (const [key, [flag]] of FLAGS_BEHIND) {
    const value = flag === undefined ? undefined : values[flag];
    if (key === 'set' || key === 'output' || value === undefined) continue;
    if (findModel(model).fields[key] !== undefined) continue;
    const other = models.find((name) => findModel(name).fields[key] !== undefined);
    if (other === undefined) return undefined;
    return `Set it only for ${other}: ${other}.${flag ?? ''}=${String([value].flat()[0])}`;
  }
  return undefined;
}
