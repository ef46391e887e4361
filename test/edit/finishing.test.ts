/* What a result takes over from its input: transparency, colour profile and metadata, whenever it is finished. */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it, test } from 'vitest';
import { sha256Of } from '../../src/sha256.js';
import { onlyJobIn, openLedgerIn, stateIn } from '../support/ledger.js';
import { runCli } from '../support/run-cli.js';
import { sandbox, type TestSandbox } from '../support/sandbox.js';
import { editCat, folderWithPhoto, leftIn } from './harness.js';
import { NO_FILE, seenBy } from './lost.js';

const [WIDTH, HEIGHT] = [96, 64];

/** Opaque on the left, transparent on the right, half in between. */
function alphaAt(column: number): number {
  return column < 32 ? 255 : column < 64 ? 128 : 0;
}

/** The photo with {@link alphaAt}. */
async function cutOut(): Promise<Buffer> {
  const alpha = Buffer.from(Array.from({ length: WIDTH * HEIGHT }, (_, at) => alphaAt(at % WIDTH)));
  const photo = await sharp('examples/chelsea.png').resize(WIDTH, HEIGHT).removeAlpha().raw().toBuffer();
  return sharp(photo, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
    .joinChannel(alpha, { raw: { width: WIDTH, height: HEIGHT, channels: 1 } })
    .png()
    .toBuffer();
}

async function folderWith(name: string, bytes: Uint8Array): Promise<string> {
  const cwd = await folderWithPhoto();
  await writeFile(path.join(cwd, name), bytes);
  return cwd;
}

/** A photo in Display P3, by a photographer. */
function phonePhoto(): Promise<Buffer> {
  return sharp('examples/chelsea.png')
    .resize(WIDTH, HEIGHT)
    .withIccProfile('p3')
    .withExif({ IFD0: { Artist: 'Joerg Weiss', Copyright: 'Weiss' } })
    .jpeg({ quality: 95 })
    .toBuffer();
}

const IMAGE = { image: 'logo.png' };
const SEED = ['--seed', '7'];

async function alphasOf(file: string): Promise<number[]> {
  const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
  if (info.channels !== 4) return [];
  return Array.from({ length: info.width }, (_, column) => data[column * 4 + 3]!);
}

/** Folders of kept inputs that are left. */
async function keptIn(cwd: string): Promise<string[]> {
  const names = await readdir(stateIn(cwd));
  return names.filter((name) => name.endsWith('-inputs'));
}

describe('A result', () => {
  test('gets its transparency back', async () => {
    const fal = await sandbox();
    const cwd = await folderWith('logo.png', await cutOut());
    const { code, document, stderr } = await editCat(
      { ...IMAGE, env: fal.env, cwd },
      ...['--alpha', 'keep', ...SEED],
    );
    expect(code, stderr).toBe(0);
    const file = path.join(cwd, 'out.png');
    expect(await alphasOf(file)).toEqual(Array.from({ length: WIDTH }, (_, column) => alphaAt(column)));
    const [image] = document.images as { sha256?: string; received_sha256?: string }[];
    expect(image?.sha256).toBe(sha256Of(await readFile(file)));
    expect(image?.received_sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(image?.received_sha256).not.toBe(image?.sha256);
    expect(await onlyJobIn(stateIn(cwd))).toMatchObject({
      output: { finish: { alpha: true } },
      images: [{ sha256: image?.sha256, receivedSha256: image?.received_sha256 }],
    });
    expect(await keptIn(cwd)).toEqual([]);
  });

  test('is flattened on the background for the model, and says so', async () => {
    const fal = await sandbox();
    const cwd = await folderWith('logo.png', await cutOut());
    const { document } = await editCat({ ...IMAGE, env: fal.env, cwd }, '--background', '#f00');
    expect(document).toMatchObject({ notes: [expect.stringMatching(/^logo\.png: flattened on #ff0000/)] });
  });

  test('gets the profile of the input, byte for byte, and its metadata', async () => {
    const fal = await sandbox();
    const cwd = await folderWith('phone.jpg', await phonePhoto());
    const run = (out: string, ...flags: string[]) =>
      runCli(['phone.jpg', '-p', 'a watercolor', '-o', out, '--format', 'png', ...SEED, ...flags], {
        env: fal.env,
        cwd,
      });
    const keeping = ['--icc', 'keep', '--metadata', 'keep'];
    for (const ended of [run('plain.png'), run('kept.png', ...keeping)]) {
      const { code, stderr } = await ended;
      expect([code, stderr.includes('without')], stderr).toEqual([0, false]);
    }
    const [plain, kept] = await Promise.all(
      ['plain.png', 'kept.png'].map((name) => sharp(path.join(cwd, name)).metadata()),
    );
    const { icc } = await sharp(path.join(cwd, 'phone.jpg')).metadata();
    expect([plain?.icc, plain?.exif]).toEqual([undefined, undefined]);
    expect(kept?.icc?.equals(icc!)).toBe(true);
    expect(kept?.exif?.toString('utf8')).toContain('Joerg Weiss');
    // It looks the same: the numbers were converted.
    const [one, other] = await Promise.all(
      ['plain.png', 'kept.png'].map((name) =>
        sharp(path.join(cwd, name)).toColourspace('srgb').raw().toBuffer(),
      ),
    );
    const worst = one!.reduce((most, value, at) => Math.max(most, Math.abs(value - other![at]!)), 0);
    expect(worst).toBeLessThanOrEqual(3);
  });

  test('that needs no change is saved as fal returned it', async () => {
    const fal = await sandbox();
    const { document } = await editCat(
      { env: fal.env },
      ...['--alpha', 'keep', '--icc', 'keep', '--metadata', 'all'],
    );
    const [image] = document.images as { sha256?: string; received_sha256?: string }[];
    expect(image?.sha256).toBe(image?.received_sha256);
  });

  test('has another shape than the input: it is saved without its transparency, with a warning', async () => {
    const fal = await sandbox();
    const cwd = await folderWith('logo.png', await cutOut());
    const { code, document } = await editCat(
      { ...IMAGE, env: fal.env, cwd },
      ...['-m', 'flux-2-edit', '--size', '512x512', '--alpha', 'keep'],
    );
    expect(code).toBe(0);
    expect(document.warnings.join()).toContain(
      '--alpha: the result (512x512) has another shape than the input',
    );
    expect(await alphasOf(path.join(cwd, 'out.png'))).toEqual([]);
  });
});

describe('--alpha keep', () => {
  it('asks for a format that can be transparent, and refuses one that cannot', async () => {
    const fal = await sandbox();
    const cwd = await folderWith('logo.png', await cutOut());
    const { code, document } = await editCat(
      { ...IMAGE, env: fal.env, cwd },
      ...['--alpha', 'keep', '--format', 'jpeg', '-o', 'sub/'],
    );
    expect(code).toBe(2);
    expect(document.error?.message).toContain(
      '--alpha must be none for a JPEG, which cannot be transparent.',
    );
    expect(seenBy(fal).posts).toBe(0);
  });

  it('warns that it has no effect on a URL', async () => {
    const fal = await sandbox();
    const { document } = await editCat(
      { image: 'https://example.com/a.png', env: fal.env },
      ...['--alpha', 'keep', '--dry-run'],
    );
    expect(document.warnings.join()).toContain('--alpha has no effect: the picture is at a URL');
  });
});

/** An edit whose picture could not be fetched. */
async function unfinished(fal: TestSandbox): Promise<string> {
  const cwd = await folderWith('logo.png', await cutOut());
  fal.addToxic({ ...NO_FILE, name: 'no-file' });
  const { code } = await editCat({ ...IMAGE, env: fal.env, cwd }, '--alpha', 'keep', ...SEED);
  expect(code).toBe(7);
  fal.clearToxics();
  expect(await keptIn(cwd)).toHaveLength(1);
  return cwd;
}

const EXPECTED = Array.from({ length: WIDTH }, (_, column) => alphaAt(column));

describe('An edit that was cut short', () => {
  test('is finished by wait, even if the input is gone', async () => {
    const fal = await sandbox();
    const cwd = await unfinished(fal);
    await rm(path.join(cwd, 'logo.png'));
    expect(await runCli(['wait', '--unfinished'], { env: fal.env, cwd })).toMatchObject({ code: 0 });
    expect(await alphasOf(path.join(cwd, 'out.png'))).toEqual(EXPECTED);
    expect(await keptIn(cwd)).toEqual([]);
    expect(seenBy(fal)).toEqual({ accepted: 1, posts: 1 });
  });

  test('is saved as fal returned it without the copy of the input, with a warning', async () => {
    const fal = await sandbox();
    const cwd = await unfinished(fal);
    const [kept = ''] = await keptIn(cwd);
    await rm(path.join(stateIn(cwd), kept), { recursive: true });
    const { code, stderr } = await runCli(['wait', '--unfinished'], { env: fal.env, cwd });
    expect(code).toBe(0);
    expect(stderr).toContain(
      'The copy of the input is gone, so the picture was saved as fal returned it, without its transparency (--alpha).',
    );
    expect(await alphasOf(path.join(cwd, 'out.png'))).toEqual([]);
  });

  test('writes over its own file, and does not number it', async () => {
    const fal = await sandbox();
    const cwd = await unfinished(fal);
    // The run is killed after it has written the file, and before that is in the ledger.
    const ledger = await openLedgerIn(stateIn(cwd));
    const { id } = await onlyJobIn(stateIn(cwd));
    const own = Buffer.from('another encoder made these bytes of the same picture');
    await writeFile(path.join(cwd, 'out.png'), own);
    ledger.announceImage(id, 0, sha256Of(own), 'ab');
    ledger.close();
    expect(await runCli(['wait', '--unfinished'], { env: fal.env, cwd })).toMatchObject({ code: 0 });
    expect(await leftIn(cwd)).toEqual(['logo.png', 'out.png']);
    expect(await alphasOf(path.join(cwd, 'out.png'))).toEqual(EXPECTED);
  });

  test('is fetched by the same command even where nothing can be kept', async () => {
    const fal = await sandbox();
    const cwd = await folderWith('logo.png', await cutOut());
    fal.addToxic({ ...NO_FILE, name: 'no-file' });
    expect((await editCat({ ...IMAGE, env: fal.env, cwd }, ...SEED)).code).toBe(7);
    fal.clearToxics();
    // A file has the name of the folder.
    await writeFile(path.join(stateIn(cwd), 'ledger.db-inputs'), '');
    const { code, document } = await editCat({ ...IMAGE, env: fal.env, cwd }, '--alpha', 'keep', ...SEED);
    expect(code).toBe(0);
    expect(document.warnings.join()).toContain('The copy of the input is gone');
    expect(seenBy(fal)).toEqual({ accepted: 1, posts: 1 });
  });

  test("never writes over a file that is not the edit's", async () => {
    const fal = await sandbox();
    const cwd = await unfinished(fal);
    await writeFile(path.join(cwd, 'out.png'), 'mine');
    expect(await runCli(['wait', '--unfinished'], { env: fal.env, cwd })).toMatchObject({ code: 0 });
    expect(await readFile(path.join(cwd, 'out.png'), 'utf8')).toBe('mine');
    expect(await alphasOf(path.join(cwd, 'out.2.png'))).toEqual(EXPECTED);
  });
});

describe('In a batch', () => {
  const batch = (fal: TestSandbox, cwd: string) =>
    runCli(['batch', 'rows.jsonl', '-d', 'out', '--yes', '--alpha', 'keep', '--max-cost', '1'], {
      env: fal.env,
      cwd,
    });

  async function folderOfBatch(): Promise<string> {
    const cwd = await folderWith('logo.png', await cutOut());
    const rows = [
      { id: 'logo', image: 'logo.png', prompt: 'a watercolor', background: '#0f0' },
      { id: 'cat', image: 'cat.png', prompt: 'a watercolor' },
    ];
    await writeFile(path.join(cwd, 'rows.jsonl'), rows.map((row) => JSON.stringify(row)).join('\n'));
    return cwd;
  }

  async function resultsIn(cwd: string) {
    const text = await readFile(path.join(cwd, 'out', 'results.jsonl'), 'utf8');
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    return new Map(lines.map((line) => [line['id'], line]));
  }

  test('each row gets back what its own picture had', async () => {
    const fal = await sandbox();
    const cwd = await folderOfBatch();
    const { code, stderr } = await batch(fal, cwd);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('logo.png: flattened on #00ff00');
    expect(await alphasOf(path.join(cwd, 'out', 'logo.edit.png'))).toEqual(EXPECTED);
    expect(await alphasOf(path.join(cwd, 'out', 'cat.edit.png'))).toEqual([]);
    const results = await resultsIn(cwd);
    expect(results.get('logo')).toMatchObject({ notes: ['logo.png: flattened on #00ff00'] });
    expect((await readdir(path.join(cwd, 'out'))).filter((name) => name.includes('inputs'))).toEqual([]);
  });

  test('it is resumed with the kept parts, and says what could not be put back', async () => {
    const fal = await sandbox({ toxics: [{ ...NO_FILE, name: 'no-file' }] });
    const cwd = await folderOfBatch();
    expect((await batch(fal, cwd)).code).not.toBe(0);
    const kept = (await readdir(path.join(cwd, 'out'))).filter((name) => name.endsWith('-inputs'));
    expect(kept).toHaveLength(1);
    fal.clearToxics();
    await rm(path.join(cwd, 'out', kept[0]!), { recursive: true });
    const { code, stderr } = await batch(fal, cwd);
    expect(code, stderr).toBe(0);
    const results = await resultsIn(cwd);
    expect(results.get('logo')).toMatchObject({
      state: 'done',
      warnings: [expect.stringContaining('The copy of the input is gone')],
    });
    expect(seenBy(fal)).toEqual({ accepted: 2, posts: 2 });
  });
});
