/*
 * What a model gets of pictures of all kinds, judged by readers that are not sharp: Pillow, as fal reads uploads,
 * Chromium as a person, exiftool for metadata. A part of the corpus by itself, all of it with PICTURES=all.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSandbox, type Sandbox } from '../../src/sandbox/server.js';
import { readPage, ROOT, WRITE } from '../docs/pages.js';
import { lacksChromium } from '../support/chromium.js';
import { lacksExiftool, lacksPillow, readByExiftool } from '../support/other-readers.js';
import { runCli, type CliResult } from '../support/run-cli.js';
import { expectEachOnce } from '../support/sandbox.js';
import { corpus } from './corpus.js';
import { fault, judge, tableOf, type Judged, type Upload } from './judging.js';
import { SECRET } from './making/metadata.js';
import type { Sample } from './sample.js';

const PAGE = 'docs/pictures.md';
const IS_WHOLE = process.env['PICTURES'] === 'all';
const SAMPLES = await corpus(IS_WHOLE ? 'all' : 'sample');
const READABLE = SAMPLES.filter(({ fate }) => fate !== 'refused');
const REFUSED = SAMPLES.filter(({ fate }) => fate === 'refused');

let fal: Sandbox;
let cwd: string;
let uploads: Upload[];

const falEdit = (argv: readonly string[]): Promise<CliResult> =>
  runCli(argv, { cwd, env: { FAL_PROXY_URL: fal.proxyUrl, FAL_KEY: 'test-id:test-secret' } });

const manifest = (samples: readonly Sample[]) =>
  samples.map(({ name }) => `${JSON.stringify({ image: name, prompt: name })}\n`).join('');

beforeAll(async () => {
  fal = await startSandbox({ queueMs: 0, inferenceMs: 0, renderPictures: false, runners: 100 });
  cwd = await mkdtemp(path.join(tmpdir(), 'fal-edit-pictures-'));
  await Promise.all(SAMPLES.map(({ name, bytes }) => writeFile(path.join(cwd, name), bytes)));
  await writeFile(path.join(cwd, 'readable.jsonl'), manifest(READABLE));
  await writeFile(path.join(cwd, 'refused.jsonl'), manifest(REFUSED));
}, 120_000);

afterAll(async () => {
  await fal.close();
  await rm(cwd, { recursive: true, force: true });
  expectEachOnce(fal);
});

test('files that cannot be read are refused by name, and nothing is sent', async () => {
  const before = fal.ledger().requests.total;
  const { code, stderr } = await falEdit([
    'batch',
    'refused.jsonl',
    '-d',
    'refused',
    '--no-report',
    '--json',
  ]);
  expect(code).toBe(2);
  expect(REFUSED.map(({ name }) => name).filter((name) => !stderr.includes(`"${name}"`))).toEqual([]);
  expect(fal.ledger().requests.total).toBe(before);
});

describe('all other files', () => {
  beforeAll(async () => {
    const { code, stderr } = await falEdit(['batch', 'readable.jsonl', '-d', 'out', '--no-report']);
    expect(code, stderr).toBe(0);
    uploads = await sent();
  }, 300_000);

  test('are converted only if they have to be, and never without a word', () => {
    const wrong = uploads.flatMap(({ sample: { name, fate }, notes }) =>
      notes.length > 0 === (fate === 'converted') ? [] : [`${name}: ${notes.join(' ') || 'no note'}`],
    );
    expect(wrong).toEqual([]);
  });

  test.skipIf(lacksExiftool)('lose all metadata', async () => {
    const secrets = uploads.filter(({ bytes }) => bytes.includes(SECRET));
    expect(secrets.map(({ sample }) => sample.name)).toEqual([]);
    const tags = await readByExiftool(uploads.map(({ bytes }) => bytes));
    const left = uploads.flatMap(({ sample }, index) =>
      Object.keys(tags[index] ?? {})
        .filter((tag) => !HARMLESS.test(tag))
        .map((tag) => `${sample.name}: ${tag}`),
    );
    expect(left).toEqual([]);
  });

  describe.skipIf(lacksPillow)('as a model gets them', () => {
    let judged: Judged[];
    beforeAll(async () => {
      judged = await judge(uploads);
    }, 300_000);

    test('look as they were made', () => {
      expect(judged.flatMap(({ sample, model }) => fault(sample.name, model, sample.goal))).toEqual([]);
    });

    test('have the very pixels of the file if nothing was said', () => {
      const changed = judged.filter(({ isConverted, isUnchanged }) => !isConverted && isUnchanged === false);
      expect(changed.map(({ sample }) => sample.name)).toEqual([]);
    });

    test.skipIf(lacksChromium)('look as Chromium shows the files', () => {
      const faults = judged.flatMap(({ sample, browser }) =>
        browser === undefined ? [] : fault(sample.name, browser, sample.goal),
      );
      expect(faults).toEqual([]);
    });

    test.runIf(IS_WHOLE)('are as many as docs/pictures.md says', async () => {
      const page = await readPage(PAGE);
      const fresh = withTable(page, tableOf(judged));
      if (WRITE) await writeFile(path.join(ROOT, PAGE), fresh);
      else expect(countsIn(page)).toEqual(countsIn(fresh));
    });
  });
});

/** The page with the table in its place. */
const withTable = (page: string, table: string) =>
  page.replace(/(<!-- measured: .*-->\n)[^]*(<!-- \/measured -->)/, `$1\n${table}\n\n$2`);

/** The names of a page's rows, and how many files there are. Differences depend on the versions of libraries. */
const countsIn = (page: string) => page.match(/^\| [^|]+ \| \d+ \| \d+ \|/gm);

/** What exiftool says of the pixels and their colours. */
const HARMLESS = new RegExp(
  [
    '^File:(?!Comment)',
    '^Composite:(ImageSize|Megapixels)$',
    '^ICC',
    '^PNG-(cICP|pHYs):',
    '^PNG:(BitDepth|ColorType|Compression|Filter|Gamma|Image|Interlace|Palette|ProfileName|SRGBRendering)',
    '^RIFF:(HorizontalScale|Image|VP8Version|VerticalScale|WebP_Flags)',
  ].join('|'),
);

/** What arrived of each file, and what was said of it. */
async function sent(): Promise<Upload[]> {
  const results = (await readFile(path.join(cwd, 'out/results.jsonl'), 'utf8')).trim().split('\n');
  const rows = results.map((line) => JSON.parse(line) as { prompt: string; notes?: string[] });
  const urls = new Map(
    fal.ledger().accepted.map(({ input }) => {
      const { prompt, image_url: url } = input as { prompt: string; image_url: string };
      return [prompt, url];
    }),
  );
  return Promise.all(
    READABLE.map(async (sample) => {
      const answer = await fetch(urls.get(sample.name) ?? 'data:,');
      const notes = rows.find(({ prompt }) => prompt === sample.name)?.notes ?? [];
      return { sample, notes, bytes: Buffer.from(await answer.arrayBuffer()) };
    }),
  );
}
