import path from 'node:path';
import { BIN, env, folder, inTurn, limit, median, wall } from '../measure.mjs';
import { fill } from './filled-ledger.mjs';

/** `fal-edit requests` with nothing to list, and with 100,000 jobs. */
export async function requests() {
  const [empty, full] = [path.join(folder, 'none'), path.join(folder, 'many')];
  await fill(empty, 0);
  await fill(full, 100_000);
  const listed = (state) => wall([BIN, 'requests'], { ...env, FAL_EDIT_STATE_DIR: state });
  const pairs = await inTurn(
    () => listed(empty),
    () => listed(full),
  );
  const [small, large] = [0, 1].map((index) => median(pairs.map((pair) => pair[index])));
  limit(
    `fal-edit requests with 100,000 jobs: ${(large / small).toFixed(2)} × with none`,
    large / small,
    1.5,
    '×',
  );
}
