import fs, { rename, rm, utimes, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it, onTestFinished } from 'vitest';
import { attachmentCache, bytesAgain } from '../../../src/batch/rows/attachment-cache.js';
import type { Attachment } from '../../../src/edit/plan/attachments.js';
import { findDigest } from '../../../src/ledger/batch/digests.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import type { FileField } from '../../../src/models/fields.js';
import { openBatch } from '../../ledger/batch/rows.js';
import { batchFolder, photo, planInto, quietContext, writeOld } from '../planning.js';

const HOUR = 3_600_000;

interface Shelf {
  folder: string;
  cat: string;
  ledger: Ledger;
  /** Reads a file as a row of a run of its own would. */
  look: (value: string, role?: FileField['role']) => Promise<Attachment>;
}

/** An out-dir an hour from now, when nothing that was written by then is fresh; or now. */
async function cache({ later = HOUR } = {}): Promise<Shelf> {
  const { folder, outDir } = await batchFolder();
  const ledger = await openBatch(outDir, { now: () => Date.now() + later });
  return {
    folder,
    cat: path.join(folder, 'cat.png'),
    ledger,
    look: (value, role = 'picture') =>
      attachmentCache(ledger).read({ path: ['image_url'], role, value }, 'image', {
        ...quietContext(),
        cwd: folder,
      }),
  };
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

/** Counts what is read from the disk: every file, each time. */
function countReads(): () => readonly string[] {
  const files: string[] = [];
  const real = fs.readFile;
  const replace = (readFile: typeof real): void => {
    fs.readFile = readFile;
    syncBuiltinESMExports();
  };
  replace(((file: string, options: never) => {
    files.push(file);
    return real(file, options);
  }) as typeof real);
  onTestFinished(() => replace(real));
  return () => files;
}

/** Marks what is known of a file, so that it shows where that was taken instead of the file. */
function mark({ db }: Ledger): void {
  db.run("UPDATE digests SET facts = json_set(facts, '$.name', 'as it was known')");
}

describe('A picture of a batch', () => {
  it('is read once in a run and not again in a later one, as long as it is the same', async () => {
    const { look, ledger, cat } = await cache();
    const first = await look('cat.png');
    expect(first).toMatchObject({ path: ['image_url'], flag: 'image', label: 'cat.png', name: 'cat' });
    expect(first.size).toEqual({ width: 32, height: 24 });
    expect(findDigest(ledger, cat)?.facts).toEqual({
      ...{
        name: 'cat',
        size: { width: 32, height: 24 },
        warnings: [],
        source: first.source,
        preparation: '1',
      },
      upload: {
        sha256: first.upload?.sha256,
        contentType: 'image/png',
        fileName: 'cat.png',
        bytes: first.upload?.bytes,
      },
    });
    mark(ledger);
    expect(await look('cat.png')).toMatchObject({ name: 'as it was known', size: { width: 32, height: 24 } });
    // By whatever name.
    expect(await look(`./out/../cat.png`)).toMatchObject({
      name: 'as it was known',
      label: './out/../cat.png',
    });
    expect(await look(cat)).toMatchObject({ name: 'as it was known', label: cat });
  });

  it('is read once for all rows of a run that name it, however many there are', async () => {
    const { ledger, cat } = await cache();
    const reads = countReads();
    await planInto(
      ledger,
      Array.from({ length: 300 }, (_, row) => ({
        prompt: `row ${row}`,
        image: row % 2 === 0 ? cat : 'cat.png',
      })),
    );
    expect(reads().filter((file) => file === cat)).toHaveLength(1);
    await planInto(ledger, [{ prompt: 'rain' }]);
    expect(reads().filter((file) => file === cat)).toHaveLength(1);
  });

  it.each<{ what: string; change: (cat: string, bytes: Buffer) => Promise<void> }>([
    { what: 'has other bytes', change: (cat) => photo('blue', 40).then((bytes) => writeFile(cat, bytes)) },
    {
      what: 'has other bytes, as many and with the same time',
      change: async (cat, bytes) => {
        await writeOld(cat, bytes);
      },
    },
    { what: 'has another time', change: (cat) => utimes(cat, 1000, 1000) },
    {
      what: 'is another file with the same name',
      change: async (cat, bytes) => {
        await writeOld(`${cat}.new`, bytes);
        await rename(`${cat}.new`, cat);
      },
    },
  ])('is read again where it $what', async ({ change }) => {
    const { look, ledger, cat } = await cache();
    await look('cat.png');
    mark(ledger);
    // As many bytes, and another picture.
    const bytes = await photo('navy');
    expect(bytes.byteLength).toBe((await photo('orange')).byteLength);
    // The clock of the file system has to tick.
    await pause();
    await change(cat, bytes);
    expect((await look('cat.png')).name).toBe('cat');
  });

  it('is known within its run alone where it was written a moment ago', async () => {
    const { folder, ledger, cat } = await cache({ later: 0 });
    const reads = countReads();
    const read = (own: ReturnType<typeof attachmentCache>): Promise<Attachment> =>
      own.read({ path: ['image_url'], role: 'picture', value: 'cat.png' }, 'image', {
        ...quietContext(),
        cwd: folder,
      });
    const run = attachmentCache(ledger);
    expect([(await read(run)).name, (await read(run)).name]).toEqual(['cat', 'cat']);
    expect(reads()).toEqual([cat]);
    await pause();
    await read(attachmentCache(ledger));
    expect(reads()).toEqual([cat, cat]);
  });

  it('is told of as if it had been read where it is not there, or is none', async () => {
    const { look, folder, ledger } = await cache();
    await writeFile(path.join(folder, 'text.png'), 'no picture');
    await expect(look('no.png')).rejects.toMatchObject({
      kind: 'input',
      message: expect.stringContaining('image: "no.png"') as string,
    });
    await expect(look('text.png')).rejects.toMatchObject({ kind: 'input' });
    await expect(look('')).rejects.toMatchObject({ kind: 'input' });
    await expect(look('out')).rejects.toMatchObject({ kind: 'input' });
    expect(ledger.db.rows('SELECT path FROM digests')).toEqual([]);
  });

  it('is forgotten with the reading that was taken back', async () => {
    const { ledger } = await cache();
    await planInto(ledger, [{}, 'torn']);
    expect(ledger.db.rows('SELECT path FROM digests')).toEqual([]);
  });

  it('keeps what was said about it: what was converted, and warnings', async () => {
    const { look, folder } = await cache();
    await writeOld(
      path.join(folder, 'cat.gif'),
      await sharp(await photo('red'))
        .gif()
        .toBuffer(),
    );
    const first = await look('cat.gif');
    expect(first.converted).toBeDefined();
    const { upload, ...again } = await look('cat.gif');
    expect(again).toEqual({ ...first, upload: undefined, ...again });
    expect([again.converted, again.warnings, upload?.fileName]).toEqual([
      ...[first.converted, first.warnings, first.upload?.fileName],
    ]);
  });

  it.each(['https://example.com/cat.png', 'data:image/png;base64,iVBORw0KGgo='])(
    'that is no file is not kept: %s',
    async (value) => {
      const { look, ledger } = await cache();
      await look(value).catch(() => undefined);
      expect(ledger.db.rows('SELECT path FROM digests')).toEqual([]);
    },
  );
});

describe('What a release that made fingerprints of version 1 has noted of a file', () => {
  it('says what was uploaded then, and the file is read for the rest', async () => {
    const { look, ledger, cat } = await cache();
    const { source } = await look('cat.png');
    ledger.db.run(
      "UPDATE digests SET facts = json_set(json_remove(facts, '$.source'), '$.upload.sha256', 'ab')",
    );
    const read = await look('cat.png');
    expect([read.source, read.upload?.sha256, read.earlierUpload]).toEqual([source, source, 'ab']);
    mark(ledger);
    expect(await look('cat.png')).toMatchObject({ name: 'as it was known', source, earlierUpload: 'ab' });
    await writeFile(cat, await photo('blue', 40));
    expect((await look('cat.png')).earlierUpload).toBeUndefined();
  });
});

describe('What a release before this way of preparing pictures has noted of a file', () => {
  it('says what was uploaded then, and the file is prepared anew', async () => {
    const { look, ledger } = await cache();
    const { source } = await look('cat.png');
    ledger.db.run(
      "UPDATE digests SET facts = json_set(json_remove(facts, '$.preparation'), '$.upload.sha256', 'ab')",
    );
    const read = await look('cat.png');
    expect([read.source, read.upload?.sha256, read.earlierUpload]).toEqual([source, source, 'ab']);
    mark(ledger);
    expect(await look('cat.png')).toMatchObject({ name: 'as it was known', earlierUpload: 'ab' });
  });

  it('says nothing of an upload that it could not be asked for', async () => {
    const { folder, look, ledger } = await cache();
    await look('cat.png');
    ledger.db.run("UPDATE digests SET facts = json_remove(facts, '$.preparation')");
    const context = { ...quietContext(), cwd: folder };
    const field: FileField = { path: ['image_url'], role: 'picture', value: 'cat.png' };
    const onBlack = () => attachmentCache(ledger).read(field, 'image', context, { background: '#000000' });
    expect((await onBlack()).earlierUpload).toBeUndefined();
    // And is not forgotten for that.
    expect((await look('cat.png')).earlierUpload).toBeDefined();
    expect((await onBlack()).earlierUpload).toBeUndefined();
  });
});

describe('The bytes of a file that was read before', () => {
  it('are read when they are asked for, and refused where it is another file by then', async () => {
    const { look, folder, cat } = await cache();
    await look('cat.png');
    const { upload } = await look('cat.png');
    const blob = await upload!.blob();
    expect(Buffer.from(await blob.arrayBuffer()).equals(await photo('orange'))).toBe(true);
    await writeFile(cat, await photo('blue'));
    await expect(upload!.blob()).rejects.toMatchObject({
      kind: 'input',
      charged: 'no',
      message: 'image: "cat.png" has changed since it was checked. This row was not sent.',
    });
    await rm(cat);
    await expect(upload!.blob()).rejects.toMatchObject({ kind: 'input', charged: 'no' });
    const field: FileField = { path: ['image_url'], role: 'picture', value: 'https://example.com/a.png' };
    await expect(bytesAgain(field, 'image', { ...quietContext(), cwd: folder }, 'ab')).rejects.toThrow(
      'has changed',
    );
  });
});

describe('LoRA weights', () => {
  const header = Buffer.concat([
    Buffer.from([2, 0, 0, 0, 0, 0, 0, 0]),
    Buffer.from('{}'),
    Buffer.from('weights'),
  ]);

  it('are read once like pictures', async () => {
    const { look, folder, ledger } = await cache();
    await writeOld(path.join(folder, 'style.safetensors'), header);
    const first = await look('style.safetensors', 'weights');
    expect(first.upload).toMatchObject({ bytes: header.byteLength, fileName: 'style.safetensors' });
    mark(ledger);
    const again = await look('style.safetensors', 'weights');
    expect(again).toMatchObject({ name: 'as it was known', upload: { sha256: first.upload?.sha256 } });
    expect(Buffer.from(await (await again.upload!.blob()).arrayBuffer()).equals(header)).toBe(true);
  });

  it.each(['owner/style', 'https://example.com/style.safetensors'])(
    'that fal fetches are not looked for here: %s',
    async (value) => {
      const { look, folder, ledger } = await cache();
      await writeFile(path.join(folder, 'owner'), 'a file of that name');
      expect((await look(value, 'weights')).upload).toBeUndefined();
      expect(ledger.db.rows('SELECT path FROM digests')).toEqual([]);
    },
  );

  it('that are none are told of, and not kept', async () => {
    const { look, folder, ledger } = await cache();
    await writeFile(path.join(folder, 'page.safetensors'), '<!doctype html>');
    await expect(look('page.safetensors', 'weights')).rejects.toMatchObject({ kind: 'input' });
    expect(ledger.db.rows('SELECT path FROM digests')).toEqual([]);
  });
});
