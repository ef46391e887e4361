import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished } from 'vitest';

export interface TempDirOptions {
  /** The test kills a run on purpose, which may leave its temporary files. */
  killed?: boolean;
}

/** A folder of the running test's own, gone when it ends. No run may have left a temporary file in it. */
export async function tempDir({ killed = false }: TempDirOptions = {}): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'fal-edit-test-'));
  onTestFinished(async () => {
    const left = await strayFiles(folder);
    await rm(folder, { recursive: true, force: true });
    if (!killed) expect(left, 'temporary files that a run has left behind').toEqual([]);
  });
  return folder;
}

/** The temporary files of pictures anywhere below a folder. */
export async function strayFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  return names.filter((name) => /^\.fal-edit-.*\.part$/.test(path.basename(name)));
}
