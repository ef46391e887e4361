import path from 'node:path';
import { BIN, env, folder, inTurn, PHOTO, report, startSandbox, wall } from '../measure.mjs';

/** One edit of a local PNG against a sandbox in its own process: what lies outside the inference. */
export async function edit() {
  // None a multiple of the client's poll interval (500 ms), so that luck with polling does not show.
  for (const inference of [730, 1130, 1370]) {
    const sandbox = await startSandbox(inference);
    try {
      let run = 0;
      const pairs = await inTurn(
        () => wall(['-e', '0']),
        async () => {
          const output = path.join(folder, `${inference}-${++run}.png`);
          const argv = [BIN, PHOTO, '-p', 'turn it into a watercolor', '-q', '-o', output];
          return (await wall(argv, { ...env, ...sandbox.env })) - inference;
        },
      );
      report(`one edit, outside its ${inference} ms of inference`, pairs, 2.5);
    } finally {
      sandbox.stop();
    }
  }
}
