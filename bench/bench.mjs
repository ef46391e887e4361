/**
 * What a run costs, as ratios to a bare `node -e 0` measured in the same minute, or to what cannot be done faster:
 * machines differ, and one machine differs from hour to hour. Runs take turns (A B A B …), so that a slow spell hits
 * both.
 *
 *   npm run bench            all of it
 *   npm run bench -- start   one part: start, edit, schema, ledger, requests,
 *                            pictures, batch, mixed, many, pages
 *
 * Exits with 1 where something is over its limit.
 */
import { rm } from 'node:fs/promises';
import { folder, isOverLimit } from './measure.mjs';
import { batch, many } from './parts/batch.mjs';
import { edit } from './parts/edit.mjs';
import { ledger } from './parts/ledger.mjs';
import { pages } from './parts/pages.mjs';
import { pictures } from './parts/pictures.mjs';
import { requests } from './parts/requests.mjs';
import { mixed, schema } from './parts/schemas.mjs';
import { start } from './parts/start.mjs';

const parts = { start, edit, schema, ledger, requests, pictures, batch, mixed, many, pages };
const wanted = process.argv.slice(2).length > 0 ? process.argv.slice(2) : Object.keys(parts);
try {
  for (const name of wanted) await parts[name]();
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.exitCode = isOverLimit() ? 1 : 0;
