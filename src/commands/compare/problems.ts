import { problemsError, problemText, type FalEditError, type FieldProblem } from '../../errors/error.js';
import type { Problem } from '../../batch/manifest/entry.js';
import { findModel } from '../../models/registry.js';
import { isRequestKey } from '../../models/request.js';
import type { Cell } from '../../study/cell.js';
import { FLAGS_BEHIND, type EditingSettings } from '../flags/editing.js';

/**
 * Error for the problems of a comparison's cells: each once, however many cells have it.
 *
 * @param own names of the settings that models have for themselves, by model
 */
export function cellsError(
  problems: readonly Problem[],
  cells: readonly Cell[],
  settings: EditingSettings,
  own: ReadonlyMap<string, readonly string[]>,
): FalEditError {
  const byId = new Map(cells.map((cell) => [cell.id, cell]));
  const named = new Map<string, FieldProblem>();
  let hint: string | undefined;
  for (const { place, field = null, message, hint: its } of problems) {
    const { model = '', picture = '' } = byId.get(place.file)?.at ?? {};
    const isOwn = field !== null && own.get(model)?.includes(field) === true;
    const problem: FieldProblem = {
      field: isOwn ? `${model}.${field}` : field,
      message,
      ...(field === 'image' ? { file: picture } : {}),
    };
    named.set(problemText(problem), problem);
    hint ??= onlyFor(model, cells, settings) ?? its;
  }
  return problemsError('usage', [...named.values()], { hint });
}

/** How to set something for only one model if the other one lacks it. */
function onlyFor(model: string, cells: readonly Cell[], { values }: EditingSettings): string | undefined {
  const models = [...new Set(cells.map(({ at }) => at['model'] ?? ''))];
  for (const [key, [flag]] of FLAGS_BEHIND) {
    const value = flag === undefined ? undefined : values[flag];
    if (!isRequestKey(key) || value === undefined) continue;
    if (findModel(model).fields[key] !== undefined) continue;
    const other = models.find((name) => findModel(name).fields[key] !== undefined);
    if (other === undefined) return undefined;
    return `Set it only for ${other}: ${other}.${flag ?? ''}=${textOf([value].flat()[0])}`;
  }
  return undefined;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
