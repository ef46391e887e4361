import { readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { BIN, env, folder, inTurn, limit, median, PHOTO, startSandbox, wall } from '../measure.mjs';

const PICTURES = 500;
const FEW = { runs: 5, warmUps: 1 };

/** The report of 500 pictures, and a contact sheet of 100, both from finished files: with them, less without them. */
export async function pages() {
  const sandbox = await startSandbox(1, '--runners', '100');
  const run = (...argv) => wall([BIN, ...argv, '--quiet'], { ...env, ...sandbox.env });
  const gone = (...file) => rm(path.join(folder, ...file), { recursive: true, force: true });
  try {
    const picture = await megapixel();
    await report(run, gone);
    await sheet(run, gone, picture);
  } finally {
    sandbox.stop();
  }
}

async function report(run, gone) {
  const rows = path.join(folder, 'report.jsonl');
  const lines = Array.from({ length: PICTURES }, (_, row) =>
    JSON.stringify({ image: PHOTO, prompt: `row ${row}` }),
  );
  await writeFile(rows, lines.join('\n'));
  const argv = ['batch', rows, '--out-dir', 'report.out', '--concurrency', '40'];
  await run(...argv, '--no-report');
  const pairs = await inTurn(
    () => run(...argv, '--no-report'),
    async () => {
      await gone('report.out', 'report.html');
      await gone('report.out', 'report-files');
      return run(...argv);
    },
    FEW,
  );
  const each = median(pairs.map(([without, with_]) => with_ - without)) / PICTURES;
  limit(`report of ${PICTURES} pictures: ${each.toFixed(1)} ms a picture`, each, 20, 'ms');
}

async function sheet(run, gone, picture) {
  const argv = ['sweep', picture, '-p', 'a snowy evening', '--out-dir', 'sheet.out', '--concurrency', '40'];
  argv.push('--vary', 'strength=0.1..1:0.1', '--vary', 'guidance=1..10:1');
  await run(...argv);
  const files = (await readdir(path.join(folder, 'sheet.out'))).filter((file) =>
    /^megapixel-.*\.png$/.test(file),
  );
  const sharpAlone = path.join(folder, 'sharp-alone.mjs');
  await writeFile(sharpAlone, sharpScript(files.map((file) => path.join(folder, 'sheet.out', file))));
  const bare = median(await times(FEW.runs, () => wall(['-e', '0'])));
  const pairs = await inTurn(
    async () => {
      const without = await run(...argv);
      await gone('sheet.out', 'sheet.png');
      return (await run(...argv)) - without;
    },
    async () => (await wall([sharpAlone])) - bare,
    FEW,
  );
  const ratio = median(pairs.map(([own]) => own)) / median(pairs.map(([, alone]) => alone));
  limit(
    `contact sheet of ${files.length} pictures: ${ratio.toFixed(2)} × sharp alone, which writes each one small`,
    ratio,
    1.2,
    '×',
  );
}

/** What sharp needs to make them all as small as a cell, two at a time as the sheet does. */
function sharpScript(files) {
  return `import sharp from ${JSON.stringify(import.meta.resolve('sharp'))};
sharp.concurrency(1);
const files = ${JSON.stringify(files)};
const next = async () => {
  for (let file = files.pop(); file !== undefined; file = files.pop()) {
    await sharp(file).resize(320, 320, { fit: 'inside' }).png().toBuffer();
  }
};
await Promise.all([next(), next()]);
`;
}

async function times(runs, measure) {
  const all = [];
  for (let run = 0; run < runs; run++) all.push(await measure());
  return all;
}

async function megapixel() {
  const { default: sharp } = await import('sharp');
  const file = path.join(folder, 'megapixel.png');
  await sharp(PHOTO).resize(1024, 1024, { fit: 'cover' }).png().toFile(file);
  return file;
}
