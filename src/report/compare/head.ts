import { valuesOf, type Compared } from '../../study/compare/compared.js';
import type { ComparedEdit } from '../../study/compare/measures.js';
import { ITEM_METRICS } from '../item.js';
import type { Axis, Figure, Metric, ReportHead } from '../page/data.js';
import { billedFigure } from '../page/masthead.js';
import { modelTable, pairTable, pickTable } from './tables.js';

/** Measures by which items of a comparison can be sorted. Cards show the first few. */
export const STUDY_METRICS: readonly Metric[] = [
  { key: 'change', label: 'change', unit: 'ratio' },
  { key: 'hashDistance', label: 'hash distance', unit: '' },
  { key: 'colourShift', label: 'colour shift', unit: '' },
  { key: 'sharpness', label: 'sharpness', unit: '' },
];

/** Top of compare.html. */
export function comparisonHead(
  compared: Compared,
  edits: readonly ComparedEdit[],
  verdict: readonly string[],
  madeAt: string,
): ReportHead {
  const names = compared.models.map(({ model }) => model);
  return {
    kind: 'compare',
    title: titleOf(names),
    sandbox: compared.isSandbox,
    figures: figuresOf(compared),
    verdict: [...verdict],
    tables: [
      ...(compared.picks.length > 0 ? [pickTable(compared.picks)] : []),
      modelTable(compared),
      ...(compared.pairs.some(({ pairs }) => pairs > 0) ? [pairTable(compared)] : []),
    ],
    metrics: [...STUDY_METRICS, ...ITEM_METRICS],
    axes: axesOf(edits, names),
    madeAt,
  };
}

function titleOf(models: readonly string[]): string {
  return models.length === 2 ? models.join(' and ') : `${models.length} models`;
}

function figuresOf({ models, pictures, prompts, seeds, isSandbox }: Compared): Figure[] {
  const sum = (key: 'edits' | 'done'): number => models.reduce((total, model) => total + model[key], 0);
  const isOutstanding = models.some(({ done, cost }) => done > 0 && cost.is_estimate);
  const billed = models.reduce((total, { cost }) => total + cost.billed_usd, 0);
  return [
    { label: 'pictures', value: String(pictures) },
    ...(prompts > 1 ? [{ label: 'prompts', value: String(prompts) }] : []),
    { label: 'seeds', value: String(seeds) },
    { label: 'edits that succeeded', value: `${sum('done')} of ${sum('edits')}` },
    billedFigure(Math.round(billed * 1e6) / 1e6, isSandbox, isOutstanding),
  ];
}

/** Models as columns, pictures as rows; the reader chooses a prompt or a seed if there are several. */
function axesOf(edits: readonly ComparedEdit[], models: readonly string[]): Axis[] {
  const chosen = ['prompt', 'seed']
    .map((name) => ({ name, values: valuesOf(edits, name) }))
    .filter(({ values }) => values.length > 1);
  return [
    { name: 'model', values: [...models] },
    { name: 'picture', values: valuesOf(edits, 'picture') },
    ...chosen,
  ];
}
