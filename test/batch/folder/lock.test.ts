import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { lockOutDir } from '../../../src/batch/folder/lock.js';
import { FalEditError } from '../../../src/errors/error.js';
import { ROOT } from '../../support/build.js';
import { tempDir } from '../../support/temp-dir.js';

const RUN = { readOnly: false };
const LOOK = { readOnly: true };

function take(folder: string, options = RUN): () => void {
  const { release } = lockOutDir(folder, options);
  onTestFinished(release);
  return release;
}

/** What a second one is told. */
function refusal(folder: string, options = RUN): FalEditError | undefined {
  try {
    take(folder, options)();
    return undefined;
  } catch (error) {
    return error as FalEditError;
  }
}

/** Takes the lock in a process of its own, as another run of the program would, and keeps it. */
async function takeElsewhere(folder: string): Promise<ChildProcess> {
  const script = `
    const { DatabaseSync } = require('@photostructure/sqlite');
    const db = new DatabaseSync(process.argv[1]);
    db.exec('BEGIN EXCLUSIVE');
    process.stdout.write('taken');
    process.stdin.on('end', () => { db.close(); process.exit(); }).resume();`;
  const child = spawn(process.execPath, ['-e', script, path.join(folder, 'batch.lock')], {
    cwd: ROOT,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

describe('An out-dir', () => {
  it('is one run’s alone until that lets it go', async () => {
    const folder = await tempDir();
    const release = take(folder);
    const error = refusal(folder);
    expect(error).toBeInstanceOf(FalEditError);
    expect(error).toMatchObject({
      ...{ kind: 'locked', exitCode: 11, charged: 'no', details: { out_dir: folder } },
      message: `Another run is using ${folder}. Nothing was sent.`,
      hint: 'Wait for it to finish, or name another --out-dir.',
    });
    // The one that was refused has not taken it from the first.
    expect(refusal(folder)?.kind).toBe('locked');
    release();
    expect(refusal(folder)).toBeUndefined();
  });

  it('is not taken by letting it go twice', async () => {
    const folder = await tempDir();
    const release = take(folder);
    release();
    take(folder);
    expect(() => release()).not.toThrow();
    expect(refusal(folder)?.kind).toBe('locked');
  });

  it('is no matter to another one', async () => {
    take(await tempDir());
    expect(refusal(await tempDir())).toBeUndefined();
  });

  it('is refused to those that only look, where a run is at work', async () => {
    const folder = await tempDir();
    const release = take(folder);
    expect(refusal(folder, LOOK)?.kind).toBe('locked');
    release();
    take(folder, LOOK);
    expect(refusal(folder)?.kind).toBe('locked');
  });

  it('gets no file by being looked at where there was none', async () => {
    const folder = await tempDir();
    take(folder, LOOK);
    take(folder, LOOK);
    expect(await readdir(folder)).toEqual([]);
  });

  it('has a lock without content and without companions', async () => {
    const folder = await tempDir();
    const release = take(folder);
    release();
    take(folder, LOOK)();
    expect(await readdir(folder)).toEqual(['batch.lock']);
    expect(await readFile(path.join(folder, 'batch.lock'), 'utf8')).toBe('');
  });

  it('is free in a copy of it', async () => {
    const [folder, copy] = [await tempDir(), await tempDir()];
    take(folder);
    await cp(folder, copy, { recursive: true });
    expect(refusal(copy)).toBeUndefined();
    expect(refusal(folder)?.kind).toBe('locked');
  });

  it('fails with what is wrong with its lock where that is something else', async () => {
    const folder = await tempDir();
    await writeFile(path.join(folder, 'batch.lock'), 'somebody wrote into it, a page and more. '.repeat(200));
    const error = refusal(folder);
    expect(error).toBeInstanceOf(FalEditError);
    expect(error?.kind).toBe('input');
    expect(error?.message).toContain('batch.lock');
  });
});

describe('A process of its own', () => {
  it('keeps others out, and lets them in when it ends', async () => {
    const folder = await tempDir();
    const child = await takeElsewhere(folder);
    expect(refusal(folder)?.kind).toBe('locked');
    child.stdin?.end();
    await once(child, 'exit');
    expect(refusal(folder)).toBeUndefined();
  });

  it('leaves nothing behind when it is killed', async () => {
    const folder = await tempDir();
    const child = await takeElsewhere(folder);
    expect(refusal(folder, LOOK)?.kind).toBe('locked');
    child.kill('SIGKILL');
    await once(child, 'exit');
    take(folder);
  });

  it('is kept out itself', async () => {
    const folder = await tempDir();
    take(folder);
    // One that is refused in this process closes the file, which must not let go of it.
    expect(refusal(folder)?.kind).toBe('locked');
    const script = `
      const { DatabaseSync } = require('@photostructure/sqlite');
      try { new DatabaseSync(process.argv[1]).exec('BEGIN EXCLUSIVE'); process.stdout.write('taken'); }
      catch (error) { process.stdout.write(String(error.errcode)); }`;
    const child = spawn(process.execPath, ['-e', script, path.join(folder, 'batch.lock')], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    expect(String(said)).toBe('5');
  });
});
