import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { BIN, env, folder, limit, median, PHOTO, startSandbox, usage } from '../measure.mjs';

const JOBS = 500;
const INFERENCE_MS = 200;
const RUNNERS = 20;
/** What cannot be done faster. */
const IDEAL_MS = (JOBS * INFERENCE_MS) / RUNNERS;
const MANY = 20_000;
export const FAST = ['--concurrency', '40', '--quiet', '--no-report'];

/** 500 rows on 20 runners, against what the runners need; and one upload for many prompts on one picture. */
export async function batch() {
  const sandbox = await sandboxFor(INFERENCE_MS, RUNNERS);
  try {
    const rows = await manifest('jobs', JOBS, await smallPicture());
    await overTheIdeal(
      `${JOBS} rows of ${INFERENCE_MS} ms on ${RUNNERS} runners`,
      ['batch', rows, ...FAST],
      sandbox,
    );
  } finally {
    sandbox.stop();
  }
  const other = await sandboxFor(1, 100);
  try {
    const large = path.join(folder, 'large.png');
    await writeFile(large, await padded(await readFile(PHOTO), 5_000_000));
    await measured(
      ['batch', await manifest('prompts', 200, large), '--out-dir', 'prompts.out', ...FAST],
      other,
    );
    const { uploads } = await other.ledger();
    limit(`200 prompts on one picture of 5 MB: ${uploads.length} upload`, uploads.length, 1, 'upload');
  } finally {
    other.stop();
  }
}

/** A batch of so many rows, against what the runners need. */
export async function overTheIdeal(what, argv, sandbox) {
  const runs = [];
  // The first asks for the price, which is kept for a day.
  for (let run = 0; run < 6; run++) {
    const took = await measured([...argv, '--out-dir', `${path.parse(argv[1]).name}-${run}.out`], sandbox);
    if (run > 0) runs.push(took);
  }
  const wallMs = median(runs.map((run) => run.wallMs));
  const cpuMs = median(runs.map((run) => run.cpuMs)) / JOBS;
  limit(`${what}: ${(wallMs / IDEAL_MS).toFixed(3)} × the ideal`, wallMs / IDEAL_MS, 1.1, '×');
  limit(`CPU of one row: ${cpuMs.toFixed(1)} ms`, cpuMs, 8, 'ms');
}

/** 20,000 rows: memory against that of 500, and running the same command again. */
export async function many() {
  const sandbox = await sandboxFor(1, 100);
  try {
    const picture = await smallPicture();
    const few = await manifest('few', JOBS, picture);
    const rows = await manifest('many', MANY, picture);
    const small = await measured(['batch', few, '--out-dir', 'few.out', ...FAST], sandbox);
    const argv = ['batch', rows, '--out-dir', 'many.out', ...FAST];
    const large = await measured(argv, sandbox);
    limit(
      `memory at ${MANY.toLocaleString('en')} rows: ${large.peakMb.toFixed(0)} MB, ${(large.peakMb / small.peakMb).toFixed(2)} × that of ${JOBS}`,
      large.peakMb / small.peakMb,
      1.3,
      '×',
    );
    const before = (await sandbox.ledger()).requests.total;
    const again = [];
    for (let run = 0; run < 3; run++) again.push(await measured(argv, sandbox));
    const seconds = median(again.map((run) => run.wallMs)) / 1000;
    limit(`the same ${MANY.toLocaleString('en')} rows again: ${seconds.toFixed(1)} s`, seconds, 3, 's');
    const requests = (await sandbox.ledger()).requests.total - before;
    limit(`requests of that: ${requests}`, requests, 0, 'requests');
  } finally {
    sandbox.stop();
  }
}

export function sandboxFor(inference, runners, ...flags) {
  return startSandbox(inference, '--runners', String(runners), '--pictures', 'plain', ...flags);
}

function measured(argv, sandbox) {
  return usage([BIN, ...argv], { ...env, ...sandbox.env, BENCH_CPU: '1' });
}

export async function smallPicture() {
  const { default: sharp } = await import('sharp');
  const file = path.join(folder, 'small.png');
  await sharp(PHOTO).resize(96, 64).png().toFile(file);
  return file;
}

async function manifest(name, rows, image) {
  const file = path.join(folder, `${name}.jsonl`);
  const lines = Array.from({ length: rows }, (_, row) => JSON.stringify({ image, prompt: `row ${row}` }));
  await writeFile(file, `${lines.join('\n')}\n`);
  return file;
}

/** The picture with a chunk before its end that decoders skip, so that it has so many bytes. */
async function padded(png, bytes) {
  const { crc32 } = await import('node:zlib');
  const body = Buffer.concat([Buffer.from('fiLl'), Buffer.alloc(bytes - png.length, 7)]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(body.length - 4, 0);
  frame.writeUInt32BE(crc32(body), 4);
  const end = png.length - 12;
  return Buffer.concat([
    png.subarray(0, end),
    frame.subarray(0, 4),
    body,
    frame.subarray(4),
    png.subarray(end),
  ]);
}
