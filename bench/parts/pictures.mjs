import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { bundled, limit, median } from '../measure.mjs';

const RUNS = 15;
const WARM_UPS = 3;

/** What a picture costs on this machine, before it is sent. */
export async function pictures() {
  await cutting();
}

/** The metadata of a photo of 10 MB, with a gain map behind it, as phones save it. */
async function cutting() {
  const { withoutMetadata } = await import(path.join(await bundled('src/images/metadata/cut.ts'), 'cut.mjs'));
  const photo = await dirtyPhoto();
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc');
  const times = [];
  for (let run = 0; run < RUNS + WARM_UPS; run++) {
    // What a page of fresh memory costs, which the copy needs, differs between machines by a factor of fifty: the
    // copy of the last run is freed, so that its memory is used again.
    collectGarbage();
    const began = performance.now();
    const clean = withoutMetadata(photo, 'jpeg');
    const time = performance.now() - began;
    if (clean.length >= photo.length) throw new Error('Nothing was cut.');
    if (run >= WARM_UPS) times.push(time);
  }
  const size = (photo.length / 1e6).toFixed(1);
  limit(
    `cutting metadata out of a JPEG of ${size} MB: ${median(times).toFixed(1)} ms`,
    median(times),
    15,
    'ms',
  );
}

async function dirtyPhoto() {
  const { default: sharp } = await import('sharp');
  const noise = { type: 'gaussian', mean: 128, sigma: 60 };
  const create = { width: 3600, height: 2600, channels: 3, background: 'grey', noise };
  const photo = await sharp({ create })
    .withExif({ IFD0: { Artist: 'Jane Doe' } })
    .jpeg({ quality: 95 })
    .toBuffer();
  const gainMap = await sharp({ create: { ...create, width: 1600, height: 900 } })
    .jpeg()
    .toBuffer();
  return Buffer.concat([photo, gainMap]);
}
