import { describe, expect, it } from 'vitest';
import { BatchUploads } from '../../../src/batch/run/upload-cache.js';
import type { Upload } from '../../../src/fal/upload.js';
import { findUpload } from '../../../src/ledger/batch/uploads.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { tempDir } from '../../support/temp-dir.js';
import { openBatch } from '../../ledger/batch/rows.js';

const file = (sha256: string, bytes = 10): Upload => ({
  ...{ sha256, contentType: 'image/png', fileName: 'cat.png', bytes },
  blob: () => Promise.reject(new Error('the cache does not read files')),
});

/** Somebody's storage that takes files when the test says so, and gives each another address. */
class Storage {
  puts: string[] = [];
  /** At a time. */
  most = 0;
  private open = new Map<string, { resolve: (url: string) => void; reject: (error: Error) => void }>();

  put(name: string): Promise<string> {
    this.puts.push(name);
    const { promise, ...outcome } = withResolvers<string>();
    this.open.set(name, outcome);
    this.most = Math.max(this.most, this.open.size);
    return promise;
  }

  async take(name: string, url = `https://fal.media/${name}`): Promise<void> {
    this.open.get(name)?.resolve(url);
    this.open.delete(name);
    await settled();
  }

  async refuse(name: string): Promise<void> {
    this.open.get(name)?.reject(new Error(`${name} was stopped`));
    this.open.delete(name);
    await settled();
  }
}

function withResolvers<T>() {
  let [resolve, reject]: [(value: T) => void, (error: Error) => void] = [() => undefined, () => undefined];
  const promise = new Promise<T>((yes, no) => {
    [resolve, reject] = [yes, no];
  });
  return { promise, resolve, reject };
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

const KEPT_MS = 60_000;

interface Run {
  cache: BatchUploads;
  storage: Storage;
  ledger: Ledger;
  clock: { now: number };
}

/** A run of the batch in a folder. */
async function run({
  folder,
  way = 'fal me',
  atOnce = 4,
  now = 1000,
}: { folder?: string; way?: string; atOnce?: number; now?: number } = {}): Promise<Run> {
  const clock = { now };
  const ledger = await openBatch(folder, { now: () => clock.now });
  return {
    cache: new BatchUploads({ ledger, storage: way, keptMs: KEPT_MS, atOnce }),
    storage: new Storage(),
    ledger,
    clock,
  };
}

/** A run after one that has put a file to `https://fal.media/old`. */
async function laterRun(options: { way?: string; now?: number } = {}): Promise<Run> {
  const folder = await tempDir();
  const first = await run({ folder });
  const url = first.cache.urlOf(file('aa'), () => first.storage.put('old'));
  await settled();
  await first.storage.take('old');
  expect(await url).toBe('https://fal.media/old');
  first.ledger.close();
  return run({ folder, ...options });
}

describe('Equal bytes', () => {
  it('are put once, however many ask at the same time and afterwards', async () => {
    const { cache, storage } = await run();
    const urls = Array.from({ length: 50 }, (_, row) =>
      cache.urlOf(file('aa'), () => storage.put(`row ${row}`)),
    );
    await settled();
    await storage.take('row 0');
    expect(new Set(await Promise.all(urls))).toEqual(new Set(['https://fal.media/row 0']));
    expect(await cache.urlOf(file('aa'), () => storage.put('later'))).toBe('https://fal.media/row 0');
    expect(storage.puts).toEqual(['row 0']);
    expect(cache.figures).toEqual({ files: 1, bytes: 10 });
  });

  it('and other bytes are told apart', async () => {
    const { cache, storage } = await run();
    const urls = [
      cache.urlOf(file('aa', 3), () => storage.put('a')),
      cache.urlOf(file('bb', 4), () => storage.put('b')),
    ];
    await settled();
    await storage.take('b');
    await storage.take('a');
    expect(await Promise.all(urls)).toEqual(['https://fal.media/a', 'https://fal.media/b']);
    expect(cache.figures).toEqual({ files: 2, bytes: 7 });
  });

  it('that were put by a former run are not put again while fal keeps them', async () => {
    const { cache, storage, clock } = await laterRun();
    clock.now = 1000 + KEPT_MS - 1;
    expect(await cache.urlOf(file('aa'), () => storage.put('new'))).toBe('https://fal.media/old');
    expect(storage.puts).toEqual([]);
    expect(cache.figures).toEqual({ files: 0, bytes: 0 });
  });

  it.each<[string, Parameters<typeof laterRun>[0]]>([
    ['when fal may have let them go', { now: 1000 + KEPT_MS }],
    ['when they are from the future: nobody knows how old they are', { now: 999 }],
    ['where they go to another storage', { way: 'fal somebody else' }],
  ])('are put again %s', async (_, options) => {
    const { cache, storage } = await laterRun(options);
    const url = cache.urlOf(file('aa'), () => storage.put('new'));
    await settled();
    await storage.take('new');
    expect(await url).toBe('https://fal.media/new');
  });

  it('are put once in a run, also where that takes longer than fal is trusted to keep them', async () => {
    const { cache, storage, clock } = await run();
    const url = cache.urlOf(file('aa'), () => storage.put('one'));
    await settled();
    await storage.take('one');
    clock.now += KEPT_MS * 2;
    expect(await cache.urlOf(file('aa'), () => storage.put('two'))).toBe(await url);
    expect(storage.puts).toEqual(['one']);
  });
});

describe('Uploads', () => {
  it('are no more at a time than may be, and all come to their turn', async () => {
    const { cache, storage } = await run({ atOnce: 2 });
    const names = Array.from({ length: 9 }, (_, index) => `file ${index}`);
    const urls = names.map((name) => cache.urlOf(file(name), () => storage.put(name)));
    for (const name of names) {
      await settled();
      await storage.take(name);
    }
    expect(await Promise.all(urls)).toEqual(names.map((name) => `https://fal.media/${name}`));
    expect(storage.most).toBe(2);
  });

  it('that fail do so for their row alone: the next one that waits puts the file itself', async () => {
    const { cache, storage } = await run();
    const rows = ['a', 'b', 'c'].map((name) => cache.urlOf(file('aa'), () => storage.put(name)));
    const outcomes = Promise.allSettled(rows);
    await settled();
    await storage.refuse('a');
    await storage.take('b');
    expect(
      (await outcomes).map((outcome) =>
        outcome.status === 'fulfilled' ? outcome.value : (outcome.reason as Error).message,
      ),
    ).toEqual([...['a was stopped', 'https://fal.media/b', 'https://fal.media/b']]);
    expect(storage.puts).toEqual(['a', 'b']);
  });

  it('that fail for everybody fail for each with its own reason', async () => {
    const { cache, storage } = await run({ atOnce: 1 });
    const names = ['a', 'b', 'c'];
    const outcomes = Promise.allSettled(
      names.map((name) => cache.urlOf(file('aa'), () => storage.put(name))),
    );
    for (const name of names) {
      await settled();
      await storage.refuse(name);
    }
    expect((await outcomes).map((one) => one.status === 'rejected' && (one.reason as Error).message)).toEqual(
      names.map((name) => `${name} was stopped`),
    );
    expect(cache.figures.files).toBe(0);
    const again = cache.urlOf(file('aa'), () => storage.put('d'));
    await settled();
    await storage.take('d');
    expect(await again).toBe('https://fal.media/d');
  });
});

describe('An address that fal could not read', () => {
  const OLD = [{ sha256: 'aa', url: 'https://fal.media/old' }];

  it('of a former run is forgotten, and the file put anew', async () => {
    const { cache, storage, ledger } = await laterRun();
    await cache.urlOf(file('aa'), () => storage.put('new'));
    expect(cache.forgetReused(OLD)).toBe(true);
    expect(findUpload(ledger, 'aa', 'fal me')).toBeUndefined();
    const url = cache.urlOf(file('aa'), () => storage.put('new'));
    await settled();
    await storage.take('new');
    expect(await url).toBe('https://fal.media/new');
    // The new one is no old one: whoever was refused with it has another reason.
    expect(cache.forgetReused([{ sha256: 'aa', url: 'https://fal.media/new' }])).toBe(false);
    expect(findUpload(ledger, 'aa', 'fal me')?.url).toBe('https://fal.media/new');
  });

  it('is a reason for every row that was sent with it, and the file is put anew once', async () => {
    const { cache, storage } = await laterRun();
    for (const name of ['a', 'b', 'c']) await cache.urlOf(file('aa'), () => storage.put(name));
    expect(cache.forgetReused(OLD)).toBe(true);
    expect(cache.forgetReused(OLD)).toBe(true);
    const urls = ['a', 'b'].map((name) => cache.urlOf(file('aa'), () => storage.put(name)));
    await settled();
    await storage.take('a');
    // The third row is refused only now: that does not take the new address away.
    expect(cache.forgetReused(OLD)).toBe(true);
    urls.push(cache.urlOf(file('aa'), () => storage.put('c')));
    expect(await Promise.all(urls)).toEqual(Array(3).fill('https://fal.media/a'));
    expect(storage.puts).toEqual(['a']);
  });

  it('of this run is no reason to put the file anew', async () => {
    const { cache, storage, ledger } = await run();
    const url = cache.urlOf(file('aa'), () => storage.put('new'));
    await settled();
    await storage.take('new');
    expect(cache.forgetReused([{ sha256: 'aa', url: await url }])).toBe(false);
    expect(findUpload(ledger, 'aa', 'fal me')).toBeDefined();
  });

  it('is one reason alone where the storage gives the same address again', async () => {
    const { cache, storage } = await laterRun();
    await cache.urlOf(file('aa'), () => storage.put('x'));
    expect(cache.forgetReused(OLD)).toBe(true);
    const url = cache.urlOf(file('aa'), () => storage.put('x'));
    await settled();
    await storage.take('x', 'https://fal.media/old');
    expect(await url).toBe('https://fal.media/old');
    expect(cache.forgetReused(OLD)).toBe(false);
  });

  it('that nobody was given is none of ours', async () => {
    const { cache } = await laterRun();
    expect(cache.forgetReused(OLD)).toBe(false);
    expect(cache.forgetReused([])).toBe(false);
  });
});
