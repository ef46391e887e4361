import { shortPath } from './edit/document.js';
import type { Context } from '../context.js';
import type { EditRecord } from '../edit/record.js';
import { FalEditError, usageError } from '../errors/error.js';
import { costText } from '../terminal/cost-text.js';
import type { Terminal } from '../terminal/terminal.js';
import { bytesText, secondsText, usdText } from '../units.js';

/** Prints the written paths, one per line; nothing if stdout has the picture itself. */
export function printPaths(record: EditRecord, { cwd }: Pick<Context, 'cwd'>, terminal: Terminal): void {
  if (record.images.some(({ path }) => path === '-')) return;
  for (const { path } of record.images) {
    if (path !== null && path !== '-') terminal.result(shortPath(path, cwd));
  }
}

/** @throws FalEditError (usage) */
export function refusePictureOnTerminal({ stdout }: Context): void {
  if (stdout.isTTY !== true) return;
  throw usageError('--output -: refusing to write a picture to a terminal.', 'Redirect it: … -o - > out.png');
}

/** Writes all bytes to stdout, and waits until the pipe has taken them. */
export function writeWhole({ stdout }: Context, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stdout.write(bytes, (error) => {
      if (error == null) resolve();
      else
        reject(
          new FalEditError('failed', `The picture could not be written to stdout: ${error.message}`, {
            charged: 'yes',
          }),
        );
    });
  });
}

/** One line on a finished edit: size, seed, cost, time. */
export function summaryLine(record: EditRecord): string {
  const [image] = record.images;
  const size =
    image?.width == null ? '' : `${image.width}x${image.height ?? 0}, ${bytesText(image.bytes ?? 0)} · `;
  const { billedUsd, estimatedUsd } = record.cost;
  const cost = billedUsd === null ? costText({ ...record.cost, unknown: null }) : usdText(billedUsd);
  const wouldBe = billedUsd === null && estimatedUsd === null ? '' : ` (would be ${cost})`;
  const charge = record.sandbox ? `sandbox: nothing charged${wouldBe}` : cost;
  const seed = record.seed === null ? '' : `seed ${record.seed} · `;
  return `done: ${size}${seed}${charge} · ${secondsText(record.timings.totalMs ?? 0)}`;
}
