import type { EditingSettings } from '../flags/editing.js';
import { nameOfPath, nameOfUrl } from '../../images/names.js';
import type { Fields } from '../../batch/manifest/entry.js';
import type { Cell } from '../../study/cell.js';
import { combinations, type GridAxis } from '../../study/sweep/grid.js';
import { SEED_AXIS } from '../../study/sweep/groups.js';
import { cellId, cellName, namer, type Step } from '../../study/sweep/names.js';
import { fieldsAt, type AxisTarget } from '../../study/sweep/target.js';
import { parseLora } from '../../models/lora-text.js';
import { knownModel } from '../../models/registry.js';

/** A sweep with all of its values. */
export interface SweepPlan {
  pictures: readonly string[];
  axes: readonly { name: string; target: AxisTarget; values: readonly string[] }[];
  /** Undefined if an axis has them. */
  seeds: readonly number[] | undefined;
  /** Settings of all cells; axes put scales into its `--lora`s. */
  settings: EditingSettings;
}

/** A cell and its picture. */
export interface SweepCell extends Cell {
  picture: string;
}

/** The displayed axes: the varied settings, then pictures and seeds if there are several. */
export function gridAxes({ pictures, axes, seeds = [] }: SweepPlan): GridAxis[] {
  return [
    ...axes.map(({ name, values }) => ({ name, values })),
    ...(pictures.length > 1 ? [{ name: 'picture', values: pictures }] : []),
    ...(seeds.length > 1 ? [{ name: SEED_AXIS, values: seeds.map(String) }] : []),
  ];
}

/**
 * All cells of a sweep: picture by picture, with the seed changing fastest.
 *
 * @param taken names of existing files in the batch folder; a new cell with such a name gets a number
 */
export function sweepCells(plan: SweepPlan, taken: Iterable<string>): SweepCell[] {
  const { pictures, axes } = plan;
  const seeds = plan.seeds?.map(String) ?? [undefined];
  const uniqueId = namer();
  const uniqueName = namer(Array.from(taken, (name) => name.replace(/\.[^.]*$/, '')));
  const cells: SweepCell[] = [];
  const counts = [pictures.length, ...axes.map(({ values }) => values.length), seeds.length];
  for (const [picture = 0, ...places] of combinations(counts)) {
    const file = pictures[picture] ?? '';
    const seed = seeds[places.pop() ?? 0];
    const chosen = axes.map(({ values }, axis) => values[places[axis] ?? 0] ?? '');
    const steps = axes.map(({ name }, axis): Step => [name, chosen[axis] ?? '']);
    const seedSteps: Step[] = seed === undefined || seeds.length === 1 ? [] : [[SEED_AXIS, seed]];
    const pictureSteps: Step[] = pictures.length > 1 ? [['picture', file]] : [];
    const id = cellId([...pictureSteps, ...steps, ...seedSteps]);
    const name = cellName(pictureName(file), [...steps, ...seedSteps]);
    cells.push({
      id: uniqueId(id, (number) => `${id} (${number})`),
      picture: file,
      fields: {
        ...cellFields(plan, file, chosen, seed),
        output: `${uniqueName(name, (number) => `${name}.${number}`)}.{ext}`,
      },
      at: Object.fromEntries([...steps, ...pictureSteps, ...seedSteps]),
    });
  }
  return cells;
}

/** The fields of one edit. @param chosen a value for each axis */
export function cellFields(
  { axes, settings }: Pick<SweepPlan, 'axes' | 'settings'>,
  picture: string,
  chosen: readonly string[],
  seed: string | undefined,
): Fields {
  const at = axes.map(({ target }, axis) => ({ target, value: chosen[axis] ?? '' }));
  const varied = at.find(({ target }) => target.kind === 'field' && target.field === 'lora');
  const specs = varied === undefined ? [settings.values['lora'] ?? []].flat() : [varied.value];
  const place = settings.origins['lora'] ?? '--lora';
  const loras = specs.flatMap((spec) => (typeof spec === 'string' ? [parseLora(spec, place)] : []));
  const fields = fieldsAt(at, loras);
  const takesSeed = knownModel(modelIn(fields, settings))?.fields.seed !== undefined;
  // For a model without one, each further seed is a repetition.
  return { image: picture, ...fields, ...(seed === undefined || !takesSeed ? {} : { seed }) };
}

function modelIn(fields: Fields, { values }: EditingSettings): string | undefined {
  const name = fields['model'] ?? values['model'];
  return typeof name === 'string' ? name : undefined;
}

function pictureName(picture: string): string {
  return /^https?:\/\//i.test(picture) ? nameOfUrl(picture) : nameOfPath(picture);
}
