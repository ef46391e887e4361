import type { Compared } from '../../study/compare/compared.js';
import type { Paired } from '../../study/compare/pairs.js';
import type { ModelSummary } from '../../study/compare/summary.js';
import type { WinRate } from '../../study/pick/tally.js';
import type { ReportTable } from '../page/data.js';
import { costText, costTitle, percentText, spreadText, TEXT_OF } from './words.js';

/** Titles of the measures in a table. */
const TITLES: Record<Paired['measure'], string> = {
  change: 'change',
  hash_distance: 'hash distance',
  colour_shift: 'colour shift',
  sharpness: 'sharpness',
  scatter: 'seed variation',
  inference_ms: 'run time',
  queued_ms: 'queued',
  bytes: 'size',
};

/** Measures in the table of a page, in column order. */
const ON_PAGE = Object.keys(TITLES) as Paired['measure'][];

/** One row per model: medians and quartiles. */
export function modelTable({ models, isSandbox }: Compared): ReportTable {
  const listed = ON_PAGE.filter((measure) => models.some(({ measures }) => measures[measure] !== null));
  return {
    title: 'By model: median (middle half)',
    columns: ['model', 'succeeded', ...listed.map((measure) => TITLES[measure]), costTitle(isSandbox)],
    rows: models.map((model) => [
      model.model,
      cameOutText(model),
      ...listed.map((measure) => spreadText(model.measures[measure], TEXT_OF[measure])),
      costText(model.cost),
    ]),
  };
}

/** `8 of 9, 1 moderated`. */
export function cameOutText({ done, edits, failed, moderated }: ModelSummary): string {
  const parts = [
    `${done} of ${edits}`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(moderated > 0 ? [`${moderated} moderated`] : []),
  ];
  return parts.join(', ');
}

/** How often each of two models has less of something. */
export function pairTable({ pairs }: Compared): ReportTable {
  return {
    title: 'Pair by pair: same picture, prompt and seed',
    columns: ['', 'less', 'than', 'in', 'chance', 'clear difference'],
    rows: pairs
      .filter((pair) => pair.pairs > 0)
      .map(({ measure, models: [first, second], pairs: count, less: [one, other], p, fewer }) => [
        TITLES[measure],
        ...(one >= other ? [first, second] : [second, first]),
        `${Math.max(one, other)} of ${count}`,
        chanceText(p),
        fewer === null ? 'no' : 'yes',
      ]),
  };
}

/** Win rates of people's blind choices. */
export function pickTable(picks: readonly WinRate[]): ReportTable {
  return {
    title: 'Chosen blind: a tie is half a win for each',
    columns: ['model', 'comparisons', 'won', 'tied', 'lost', 'win rate', '95% interval'],
    rows: picks.map(({ model, comparisons, won, ties, lost, rate, interval }) => [
      model,
      ...[comparisons, won, ties, lost].map(String),
      rate === null ? '–' : percentText(rate),
      interval === null ? '–' : `${percentText(interval.low)} to ${percentText(interval.high)}`,
    ]),
  };
}

function chanceText(p: number): string {
  return p < 0.001 ? 'under 0.1%' : percentText(p);
}
