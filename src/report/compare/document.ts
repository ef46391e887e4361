import { writtenRow } from '../../batch/run/sandbox-cost.js';
import { modelOf, type ComparedEdit } from '../../study/compare/measures.js';
import type { Compared } from '../../study/compare/compared.js';
import type { Paired } from '../../study/compare/pairs.js';
import type { ModelCost, ModelSummary } from '../../study/compare/summary.js';
import { COMPARE_SCHEMA_VERSION } from './files.js';

/** compare.json without its cells. Shares are 0..1, times milliseconds; unknown figures are null. */
export interface Comparison {
  schema_version: number;
  /** Whether it was made on the sandbox, and so says nothing about fal. */
  sandbox: boolean;
  /** Number of different pictures. */
  pictures: number;
  prompts: number;
  seeds: number;
  /** Result in a few sentences. */
  verdict: readonly string[];
  /** Figures of each model, in the order the models were named. */
  models: ModelSummary[];
  /** Each pair of models by each measure, on the same picture, prompt and seed. */
  pairs: {
    models: readonly [string, string];
    measure: Paired['measure'];
    pairs: number;
    /** In how many pairs each model has less. */
    less: Record<string, number>;
    /** Probability of such a difference by chance, from the sign test. */
    p: number;
    /** The model that has less; null if the pairs show no difference. */
    lower: string | null;
  }[];
  /** People's choices; empty until someone has chosen. */
  picks: {
    model: string;
    comparisons: number;
    won: number;
    lost: number;
    ties: number;
    win_rate: number | null;
    interval_95: [low: number, high: number] | null;
  }[];
  /** ISO 8601. */
  made_at: string;
}

/** Figures of a comparison, for scripts. Shares are 0..1, times milliseconds; unknown figures are null. */
export function comparisonDocument(
  { models, pairs, picks, pictures, prompts, seeds, isSandbox }: Compared,
  verdict: readonly string[],
  madeAt: string,
): Comparison {
  return {
    schema_version: COMPARE_SCHEMA_VERSION,
    sandbox: isSandbox,
    ...{ pictures, prompts, seeds, verdict },
    models: models.map((model) => (isSandbox ? { ...model, cost: playCost(model.cost) } : model)),
    pairs: pairs.map(({ models: both, measure, pairs: count, less, p, fewer }) => ({
      ...{ models: both, measure, pairs: count },
      less: { [both[0]]: less[0], [both[1]]: less[1] },
      ...{ p, lower: fewer },
    })),
    picks: picks.map(({ interval, rate, ...counts }) => ({
      ...counts,
      win_rate: rate,
      interval_95: interval === null ? null : [interval.low, interval.high],
    })),
    made_at: madeAt,
  };
}

/** Sandbox cost: nothing was billed, so the cost of 100 pictures is an estimate. */
function playCost(cost: ModelCost): ModelCost {
  return { ...cost, billed_usd: 0, is_estimate: true };
}

/** One edit of a comparison: its position, outcome and measurements. */
export function cellDocument({ cell, result, metrics }: ComparedEdit): Record<string, unknown> {
  return {
    ...{ id: cell.id, at: cell.at, model: modelOf({ cell }), result: writtenRow(result) },
    metrics:
      metrics === null
        ? null
        : {
            change: metrics.change,
            hash_distance: metrics.hashDistance,
            colour_shift: metrics.colourShift,
            sharpness: metrics.sharpness,
            ...{ width: metrics.width, height: metrics.height, bytes: metrics.bytes },
          },
  };
}
