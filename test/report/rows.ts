import fc from 'fast-check';
import {
  BATCH_SCHEMA_VERSION,
  ROW_STATES,
  type BatchSummary,
  type Measured,
  type ResultImage,
  type ResultRow,
  type RowCounts,
} from '../../src/batch/rows/result-row.js';

/** A row that is done, with what a test changes. */
export function resultRow(changes: Partial<ResultRow> = {}): ResultRow {
  return {
    schema_version: BATCH_SCHEMA_VERSION,
    key: 'c0ffee00',
    fingerprint: 2,
    id: null,
    place: { file: 'rows.jsonl', line: 3 },
    state: 'done',
    sandbox: false,
    attempt: 1,
    model: 'flux-general',
    endpoint: 'fal-ai/flux-general/image-to-image',
    job: 'j1',
    request_id: 'baeaeeb9-5e85',
    prompt: 'a snowy evening',
    seed: 7,
    inputs: ['../cat.png'],
    images: [resultImage('cat.png')],
    cost: { estimated_usd: 0.075, billed_units: 1, unit_price_usd: 0.075, billed_usd: 0.075 },
    timings: { queued_ms: 100, inference_ms: 1000, total_ms: 1234 },
    expectations: [],
    warnings: [],
    error: null,
    finished_at: '2026-07-25T10:00:00.000Z',
    ...changes,
  };
}

export function resultImage(path: string | null): ResultImage {
  return { path, width: 8, height: 8, content_type: 'image/png', bytes: 9, sha256: 'ab', nsfw: false };
}

export function missed(changes: Partial<Measured> = {}): Measured {
  return { expectation: 'min_width', wanted: 1024, found: 800, met: false, image: 0, ...changes };
}

/** A row that failed, with such an error. */
export function failedRow(message: string, changes: Partial<ResultRow> = {}): ResultRow {
  const error = { kind: 'failed', message, hint: null, charged: 'no' } as const;
  const cost = { estimated_usd: 0.075, billed_units: null, unit_price_usd: 0.075, billed_usd: null };
  return resultRow({ state: 'failed', images: [], error, cost, ...changes });
}

export function batchSummary(
  changes: Partial<BatchSummary> = {},
  states: Partial<RowCounts> = {},
): BatchSummary {
  const none = Object.fromEntries(ROW_STATES.map((state) => [state, 0])) as RowCounts;
  const counts = { ...none, ...states };
  return {
    schema_version: BATCH_SCHEMA_VERSION,
    status: 'ok',
    sandbox: false,
    exit_code: 0,
    source: 'rows.jsonl',
    shard: null,
    started_at: '2026-07-25T10:00:00.000Z',
    finished_at: '2026-07-25T10:02:05.000Z',
    rows: Object.values(counts).reduce((sum, count) => sum + count, 0),
    states: counts,
    invalid: 0,
    run: {
      ...{ submitted: 0, uploads: 0, uploaded_bytes: 0, total_ms: 125_000, stopped: null },
      assumed_costs: [],
    },
    cost: { billed_usd: 0, outstanding_usd: 0, pending_usd: 0 },
    ...changes,
  };
}

/** Any text at all, halves of surrogate pairs and control characters among it, and what somebody could try with it. */
export const anyText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
      fc.constantFrom(
        ...['\n', '\r', '\r\n', '\t', '\0', '\u001b[2J', '\u009b', '\u2028', '\u0085', '\ufffe', '%', '%0A'],
        ...[
          '::',
          '::set-output name=a::b',
          '\n::add-mask::x',
          '##[error]',
          ',',
          '|',
          '\\|',
          '\\',
          '`',
          '```',
        ],
        ...[
          '<',
          '>',
          '&',
          '"',
          "'",
          '&lt;',
          ']]>',
          '<![CDATA[',
          '</testcase>',
          '<!--',
          '<img src=x onerror=a>',
        ],
        ...[
          '*',
          '_',
          '[a](https://x.example)',
          'www.x.example',
          '@user',
          '#1',
          '$',
          ':tada:',
          '🐱',
          '\ud83d',
        ],
        ...[']]', '[[ATTACHMENT|/etc/passwd]]', '../', '/'],
      ),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

/** A row in any state with any text wherever one from outside may stand. */
export const anyRow: fc.Arbitrary<ResultRow> = fc
  .record({
    id: fc.option(anyText),
    file: anyText,
    line: fc.option(fc.nat(), { nil: undefined }),
    prompt: anyText,
    request_id: fc.option(anyText),
    message: anyText,
    hint: fc.option(anyText),
    path: fc.option(anyText),
    found: anyText,
    state: fc.constantFrom(...ROW_STATES),
    hasError: fc.boolean(),
  })
  .map(({ file, line, message, hint, path, found, hasError, ...row }) =>
    resultRow({
      ...row,
      place: { file, line },
      images: [resultImage(path)],
      expectations: [missed({ expectation: found, wanted: message, found })],
      error: hasError ? { kind: 'failed', message, hint, charged: 'maybe' } : null,
    }),
  );
