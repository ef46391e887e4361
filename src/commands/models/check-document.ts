import type { FalEditError } from '../../errors/error.js';
import { errorDocument, SCHEMA_VERSION } from '../edit/document.js';
import type { ModelCheck } from './check.js';
import { hasDrift, priceChange } from './verdict.js';

/** Result of a check, for `--json`. */
export function checkDocument(
  checks: readonly ModelCheck[],
  verdict: FalEditError | undefined,
  sandbox: boolean,
): Record<string, unknown> {
  return {
    ...(verdict === undefined
      ? { schema_version: SCHEMA_VERSION, status: 'ok' }
      : errorDocument(verdict, sandbox)),
    models: checks.map(modelCheckDocument),
  };
}

function modelCheckDocument(check: ModelCheck): Record<string, unknown> {
  const { model, title, status, price, differences, unchecked } = check;
  return {
    name: model.name,
    endpoint: model.endpoint,
    title: title ?? null,
    endpoint_status: status ?? null,
    drift: hasDrift(check),
    price: {
      changed: price === undefined ? null : priceChange(check) !== undefined,
      unit_price_usd: price?.unitUsd ?? null,
      unit: price?.unit ?? null,
      known_unit_price_usd: model.price?.unitUsd ?? null,
      known_unit: model.price?.unit ?? null,
    },
    differences: differences.map(({ gravity, field, what, ours, fals }) => ({
      gravity,
      field,
      what,
      ours: ours ?? null,
      fal: fals ?? null,
    })),
    not_checked: unchecked.map(({ part, why, error }) => ({ part, why, kind: error?.kind ?? null })),
  };
}
