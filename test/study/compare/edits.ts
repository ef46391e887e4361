import type { ResultRow, RowState } from '../../../src/batch/rows/result-row.js';
import type { ComparedEdit } from '../../../src/study/compare/measures.js';

/** What a test says of an edit; the rest is as of any. */
export interface Said {
  model?: string;
  picture?: string;
  prompt?: string;
  seed?: number;
  state?: RowState;
  change?: number;
  sharpness?: number;
  colourShift?: number;
  inferenceMs?: number | null;
  billedUsd?: number | null;
  error?: string;
}

/** An edit of a comparison, done unless something else is said. */
export function edit({
  model = 'flux-general',
  picture = 'a.png',
  prompt = 'snow',
  seed = 1,
  state = 'done',
  change = 0.3,
  sharpness = 2,
  colourShift = 5,
  inferenceMs = 1000,
  billedUsd = 0.075,
  error,
}: Said = {}): ComparedEdit {
  const isOut = state === 'done' || state === 'unmet';
  return {
    cell: {
      id: `${picture}, ${prompt}, ${model}, ${seed}`,
      fields: {},
      at: { model, picture, prompt, seed: String(seed) },
    },
    result: {
      key: `${model} ${picture} ${prompt} ${seed}`,
      state,
      prompt,
      inputs: [picture],
      images: isOut ? [{ path: `${model}-${picture}-${seed}.png`, bytes: 1000 }] : [],
      cost: { estimated_usd: 0.08, billed_units: null, unit_price_usd: null, billed_usd: billedUsd },
      timings: { queued_ms: 10, inference_ms: inferenceMs, total_ms: 1010 },
      error: error === undefined ? null : { kind: 'failed', message: error, hint: null, charged: 'no' },
    } as unknown as ResultRow,
    metrics: isOut
      ? { change, hashDistance: 4, colourShift, sharpness, width: 8, height: 8, bytes: 1000 }
      : null,
  };
}

export const MODELS = ['flux-general', 'flux-2-lora'];

/** So many pictures by both models; `second` says what is different of the other one, by the picture's number. */
export function both(
  pictures: number,
  second: (n: number) => Said,
  first: (n: number) => Said = () => ({}),
): ComparedEdit[] {
  return Array.from({ length: pictures }, (_, n) => [
    edit({ picture: `${n}.png`, ...first(n) }),
    edit({ picture: `${n}.png`, model: 'flux-2-lora', ...second(n) }),
  ]).flat();
}
