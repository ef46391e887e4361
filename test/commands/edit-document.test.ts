import path from 'node:path';
import { expect, it, test } from 'vitest';
import { editDocument, errorDocument, shortPath } from '../../src/commands/edit/document.js';
import type { EditRecord } from '../../src/edit/record.js';
import { FalEditError } from '../../src/errors/error.js';

const CWD = path.resolve('/home/me/photos');

const record: EditRecord = {
  job: 'j0123456789a',
  state: 'intent',
  sandbox: false,
  model: 'flux-general',
  endpoint: 'fal-ai/flux-general/image-to-image',
  requestId: null,
  prompt: 'snow',
  seed: 7,
  input: { prompt: 'snow' },
  uploads: [],
  images: [
    {
      path: path.join(CWD, 'out.png'),
      field: null,
      width: null,
      height: null,
      contentType: null,
      bytes: null,
      sha256: null,
      receivedSha256: null,
      nsfw: null,
    },
  ],
  cost: {
    ...{ estimatedUsd: 0.075, grade: 'calculated', unknown: null },
    ...{ billedUnits: null, unitPriceUsd: 0.075, billedUsd: null },
  },
  timings: { queuedMs: null, inferenceMs: null, totalMs: 5 },
  warnings: [],
  notes: [],
};

it('has the keys of the contract in their order, with null for what is not known', () => {
  const document = editDocument(record, CWD);
  expect(Object.keys(document)).toEqual([
    'schema_version',
    'status',
    'sandbox',
    'model',
    'endpoint',
    'request_id',
    'job',
    'state',
    'prompt',
    'seed',
    'input',
    'images',
    'cost',
    'timings',
    'warnings',
    'notes',
  ]);
  expect(document).toMatchObject({
    schema_version: 1,
    status: 'ok',
    request_id: null,
    job: 'j0123456789a',
    state: 'intent',
    images: [
      {
        path: 'out.png',
        field: null,
        width: null,
        height: null,
        content_type: null,
        bytes: null,
        sha256: null,
        received_sha256: null,
        nsfw: null,
      },
    ],
    cost: { estimated_usd: 0.075, billed_units: null, unit_price_usd: 0.075, billed_usd: null },
    timings: { queued_ms: null, inference_ms: null, total_ms: 5 },
  });
});

it('has the same of an edit that failed midway, and the error', () => {
  const error = new FalEditError('failed', 'It failed.', {
    charged: 'maybe',
    hint: 'Look.',
    details: { a: 1 },
  });
  expect(editDocument(record, CWD, error)).toMatchObject({
    status: 'error',
    error: { kind: 'failed', message: 'It failed.', hint: 'Look.', details: { a: 1 }, charged: 'maybe' },
    prompt: 'snow',
    seed: 7,
  });
});

it('has the error alone where there was no edit, without what is absent', () => {
  expect(errorDocument(new FalEditError('usage', 'No.'), false)).toStrictEqual({
    schema_version: 1,
    status: 'error',
    error: { kind: 'usage', message: 'No.', charged: 'no' },
  });
});

test.each([
  ['out.png', 'out.png'],
  ['deep/out.png', path.join('deep', 'out.png')],
  ['../out.png', path.resolve(CWD, '../out.png')],
  ['/tmp/out.png', path.resolve('/tmp/out.png')],
  ['..hidden.png', '..hidden.png'],
])('a path below the working directory is short: %s', (file, shown) => {
  expect(shortPath(path.resolve(CWD, file), CWD)).toBe(shown);
});

it('a stream stays a stream', () => expect(shortPath('-', CWD)).toBe('-'));
