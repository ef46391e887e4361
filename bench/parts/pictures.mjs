import { symlink } from 'node:fs/promises';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { bundled, folder, inTurn, limit, median, ROOT } from '../measure.mjs';

const RUNS = 15;
const WARM_UPS = 3;

/** What a picture costs on this machine, before it is sent. */
export async function pictures() {
  await cutting();
  await converting();
  await passing();
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

/** A photo of 24 megapixels in Display P3, made ready for its upload, against sharp alone doing the same to it. */
async function converting() {
  // The bundled modules look for sharp beside themselves.
  await symlink(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'), 'junction');
  const entry = path.join(await bundled('src/images/prepare.ts'), 'prepare.mjs');
  const { preparePicture } = await import(entry);
  const { default: sharp } = await import('sharp');
  const bytes = await sharp(path.join(ROOT, 'examples/chelsea.png'))
    .resize(6000, 4000, { fit: 'fill' })
    .withIccProfile('p3')
    .jpeg({ quality: 92 })
    .toBuffer();
  const time = (work) => async () => {
    const began = performance.now();
    await work();
    return performance.now() - began;
  };
  const alone = time(() =>
    sharp(bytes, { failOn: 'error' })
      .toColourspace('srgb')
      .jpeg({ quality: 95, chromaSubsampling: '4:4:4', optimiseCoding: false })
      .toBuffer(),
  );
  const source = { kind: 'bytes', bytes, origin: 'file', label: 'photo.jpg', name: 'photo' };
  const ours = time(async () => {
    const { converted } = await preparePicture(source, '--image');
    if (!converted?.endsWith('→ sRGB')) throw new Error('It was not converted as expected.');
  });
  const pairs = await inTurn(alone, ours, { runs: 9, warmUps: 1 });
  const [base, prepared] = [0, 1].map((index) => median(pairs.map((pair) => pair[index])));
  const ratio = (prepared / base).toFixed(2);
  const figures = `${ratio} × sharp alone (${base.toFixed(0)} ms)`;
  limit(`preparing a JPEG of 24 megapixels in Display P3: ${figures}`, prepared / base, 1.15, '×');
}

/**
 * Pictures that are sent with their own pixels, against what every release had to do with them: follow their structure
 * and hash their bytes. The pixels of a PNG are checked in the thread pool, while the program goes on to other things.
 */
async function passing() {
  const { preparePicture } = await import(path.join(await bundled('src/images/prepare.ts'), 'prepare.mjs'));
  const { probePicture } = await import(path.join(await bundled('src/images/probe.ts'), 'probe.mjs'));
  const { sha256Of } = await import(path.join(await bundled('src/sha256.ts'), 'sha256.mjs'));
  const { default: sharp } = await import('sharp');
  const photo = sharp(path.join(ROOT, 'examples/chelsea.png')).resize(3000, 2000).removeAlpha();
  for (const [name, bytes] of [
    ['JPEG', await photo.clone().jpeg({ quality: 95 }).toBuffer()],
    ['PNG', await photo.clone().png().toBuffer()],
  ]) {
    const source = { kind: 'bytes', bytes, origin: 'file', label: 'photo', name: 'photo' };
    const least = async () => {
      const began = performance.now();
      probePicture(bytes);
      sha256Of(bytes);
      return performance.now() - began;
    };
    const ours = async () => {
      const began = performance.now();
      const { converted, checked } = await preparePicture(source, '--image');
      const time = performance.now() - began;
      if (converted !== undefined) throw new Error('It was converted.');
      await checked;
      return time;
    };
    const pairs = await inTurn(least, ours, { runs: 15, warmUps: 3 });
    const [base, prepared] = [0, 1].map((index) => median(pairs.map((pair) => pair[index])));
    const size = (bytes.length / 1e6).toFixed(1);
    const figures = `${prepared.toFixed(1)} ms, ${(prepared / base).toFixed(2)} × reading and hashing it`;
    limit(`preparing a ${name} of ${size} MB in sRGB: ${figures}`, prepared / base, 1.5, '×');
  }
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
