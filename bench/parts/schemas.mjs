import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { BIN, env, folder, inTurn, limit, median, PHOTO, ROOT, startSandbox, wall } from '../measure.mjs';
import { FAST, overTheIdeal, sandboxFor, smallPicture } from './batch.mjs';

const SCHEMAS = path.join(ROOT, 'test/fixtures/schemas');

/** What a cached schema adds to an edit: a dry run with a listed model, and one with its like of our own. */
export async function schema() {
  const sandbox = await startSandbox(1, '--schemas', SCHEMAS);
  try {
    const dryRun = (model) => () =>
      wall([BIN, PHOTO, '-p', 'a watercolor', '-m', model, '--dry-run'], { ...env, ...sandbox.env });
    // The warm-ups fetch the schema.
    const pairs = await inTurn(dryRun('flux-2-lora'), dryRun('acme/brush/lora'));
    const added = median(pairs.map(([listed, own]) => own - listed));
    const listed = median(pairs.map(([one]) => one));
    limit(
      `a cached schema adds ${added.toFixed(1)} ms to a dry run of ${listed.toFixed(0)} ms`,
      added,
      10,
      'ms',
    );
  } finally {
    sandbox.stop();
  }
}

const ROWS = 500;
const MODELS = [
  { model: 'flux-general' },
  { model: 'flux-2-lora' },
  { model: 'acme/brush/lora' },
  { model: 'acme/paint/edit' },
  { model: 'acme/relight', 'set.light_type': 'sun' },
];

/** 500 rows over five models, three of them known only by their schema. */
export async function mixed() {
  const sandbox = await sandboxFor(200, 20, '--schemas', SCHEMAS);
  try {
    const image = await smallPicture();
    const rows = path.join(folder, 'mixed.jsonl');
    const lines = Array.from({ length: ROWS }, (_, row) =>
      JSON.stringify({ image, prompt: `row ${row}`, ...MODELS[row % MODELS.length] }),
    );
    await writeFile(rows, `${lines.join('\n')}\n`);
    await overTheIdeal(`${ROWS} rows over ${MODELS.length} models`, ['batch', rows, ...FAST], sandbox);
  } finally {
    sandbox.stop();
  }
}
