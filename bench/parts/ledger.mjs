import { execFile } from 'node:child_process';
import { symlink } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { bundled, env, folder, inTurn, limit, median, ROOT } from '../measure.mjs';
import { fill } from './filled-ledger.mjs';

/**
 * What the ledger costs one edit: loading SQLite, opening, and the five writes of a life, each synced. Timed inside of
 * a process of its own, since it is a small part of an edit; then again beside a million rows.
 */
export async function ledger() {
  const entry = await bundled('src/ledger/ledger.ts', 'src/secrets.ts');
  await symlink(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
  const [empty, full] = [path.join(folder, 'empty'), path.join(folder, 'full')];
  await fill(full, 1_000_000);
  const script = path.join(ROOT, 'bench/one-life.mjs');
  const life = async (state) => {
    const { stdout } = await promisify(execFile)(process.execPath, [script, entry, state], {
      env,
      cwd: folder,
    });
    return Number(stdout);
  };
  const pairs = await inTurn(
    () => life(empty),
    () => life(full),
  );
  const [small, large] = [0, 1].map((index) => median(pairs.map((pair) => pair[index])));
  limit(`the ledger's part of one edit: ${small.toFixed(1)} ms`, small, 15, 'ms');
  limit(
    `with 1,000,000 rows: ${large.toFixed(1)} ms, ${(large / small).toFixed(2)} × that`,
    large / small,
    1.5,
    '×',
  );
}
