import { writtenRow } from '../../batch/sandbox-cost.js';
import { modelOf, type ComparedEdit } from '../../study/compare/measures.js';
import type { Compared } from '../../study/compare/compared.js';
import type { ModelCost } from '../../study/compare/summary.js';
import { COMPARE_SCHEMA_VERSION } from './files.js';

/** The figures of a comparison, for scripts. Shares are 0..1, times milliseconds; unknown figures are null. */
export function comparisonDocument(
  { models, pairs, picks, pictures, prompts, seeds, isSandbox }: Compared,
  verdict: readonly string[],
): Record<string, unknown> {
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
  };
}

/** Nothing was billed: what 100 pictures would cost is an estimate. */
function playCost(cost: ModelCost): ModelCost {
  return { ...cost, billed_usd: 0, is_estimate: true };
}

/** One edit of it: where it stands, what came of it, what was measured. */
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
