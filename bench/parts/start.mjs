import { BIN, inTurn, report, wall } from '../measure.mjs';

/** `--help` and `--version` against bare Node. */
export async function start() {
  for (const flag of ['--help', '--version']) {
    const pairs = await inTurn(
      () => wall(['-e', '0']),
      () => wall([BIN, flag]),
    );
    report(`fal-edit ${flag}`, pairs, 1.3);
  }
}
