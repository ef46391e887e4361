import { quartiles } from '../../images/metrics/statistics.js';
import { grouped } from '../grouped.js';
import { cameOut, MEASURES, modelOf, valueOf, type ComparedEdit, type Measure } from './measures.js';
import type { Scattered } from './scattered.js';

/** Median and quartiles of some values. */
export interface Spread {
  count: number;
  /** Lower quartile. */
  lower: number;
  median: number;
  /** Upper quartile. */
  upper: number;
}

/** Cost of a model's edits, in dollars. */
export interface ModelCost {
  /** Billed by fal for all edits, failed ones included, as far as known. */
  billed_usd: number;
  /** Cost of 100 pictures; null if there are none, or if it is unknown. */
  per_100_pictures_usd: number | null;
  /** Whether the cost is our estimate, since fal has billed none of the edits yet. */
  is_estimate: boolean;
}

/** One model in a comparison. */
export interface ModelSummary {
  model: string;
  edits: number;
  /** Successful edits. */
  done: number;
  failed: number;
  moderated: number;
  /** Edits that are not sent, running at fal, or unknown. */
  open: number;
  /** Most common reason for failed edits, as given by fal or us; null if none failed. */
  failure: string | null;
  /** Measures of the successful edits; null if nothing was measured. */
  measures: Record<Measure | 'scatter', Spread | null>;
  cost: ModelCost;
}

/** Summarises each model. @param models short names, in display order */
export function summarise(
  models: readonly string[],
  edits: readonly ComparedEdit[],
  scattered: readonly Scattered[],
): ModelSummary[] {
  return models.map((model) => {
    const own = edits.filter((edit) => modelOf(edit) === model);
    const inState = (...states: string[]): number =>
      own.filter(({ result }) => states.includes(result.state)).length;
    const scatters = scattered.filter((group) => group.model === model).map((group) => group.scatter);
    const spreads = MEASURES.map((measure) => [
      measure,
      spreadOf(own.map((edit) => valueOf(edit, measure)).filter((value) => value !== null)),
    ]);
    return {
      model,
      edits: own.length,
      done: own.filter(cameOut).length,
      failed: inState('failed'),
      moderated: inState('moderated'),
      open: inState('pending', 'waiting', 'unknown'),
      failure: commonest(own.flatMap(({ result }) => result.error?.message ?? [])),
      measures: {
        ...(Object.fromEntries(spreads) as Record<Measure, Spread | null>),
        scatter: spreadOf(scatters),
      },
      cost: costOf(own),
    };
  });
}

function spreadOf(values: readonly number[]): Spread | null {
  const found = quartiles(values);
  return found === null ? null : { count: values.length, ...found };
}

/** Cost of a model. Billed edits without a picture add to the cost of the pictures. */
function costOf(edits: readonly ComparedEdit[]): ModelCost {
  const billed = edits.filter(({ result }) => result.cost.billed_usd !== null);
  const came = edits.filter(cameOut);
  const isEstimate = !billed.some(cameOut);
  const sum = (of: readonly ComparedEdit[], key: 'billed_usd' | 'estimated_usd'): number =>
    of.reduce((total, { result }) => total + (result.cost[key] ?? 0), 0);
  const total = isEstimate ? sum(came, 'estimated_usd') : sum(billed, 'billed_usd');
  const isUnknown = isEstimate && came.some(({ result }) => result.cost.estimated_usd === null);
  const pictures = isEstimate ? came.length : billed.filter(cameOut).length;
  return {
    billed_usd: rounded(sum(billed, 'billed_usd')),
    per_100_pictures_usd: pictures === 0 || isUnknown ? null : rounded((100 * total) / pictures),
    is_estimate: isEstimate,
  };
}

/** Rounds off floating-point errors in dollars. */
function rounded(usd: number): number {
  return Math.round(usd * 1e6) / 1e6;
}

function commonest(texts: readonly string[]): string | null {
  const groups = [...grouped(texts, (text) => text)];
  return groups.sort(([, a], [, b]) => b.length - a.length)[0]?.[0] ?? null;
}
