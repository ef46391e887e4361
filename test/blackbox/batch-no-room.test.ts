/* A batch on a disk without room: what is said of money agrees with what fal took, and the next run pays for the rest alone. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path, { sep } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { folderWithPhoto } from '../edit/harness.js';
import { sandbox } from '../support/sandbox.js';
import { acceptedByPrompt, writeRows } from '../torture/batch-folder.js';
import { shell } from './spawned.js';

interface Told {
  error: { kind: string; message: string; charged: string };
  exit_code: number;
}

/** Runs a batch without room, looks at what it says, and runs it again with room. */
async function runTwice(
  cwd: string,
  [outDir, stateDir]: [string, string?],
  limit = '',
  makeRoom?: () => void,
) {
  const fal = await sandbox({ renderPictures: false, pictureBytes: 600_000 });
  await writeRows(cwd, ['one', 'two', 'three']);
  const env = { ...fal.env, ...(stateDir === undefined ? {} : { FAL_EDIT_STATE_DIR: stateDir }) };
  const batch = `fal-edit batch rows.jsonl --out-dir ${outDir} --no-report --json --settle 0s`;
  const limited = await shell(`${limit}${batch}`, { cwd, env });
  const taken = fal.ledger().accepted.length;
  const told = JSON.parse(limited.stdout) as Told;
  expect(limited.code, limited.stderr).not.toBe(0);
  expect(told.exit_code).toBe(limited.code);
  expect(told.error.charged === 'no', limited.stdout).toBe(taken === 0);
  if (taken > 0) {
    expect(['input', 'usage', 'internal']).not.toContain(told.error.kind);
    expect(told.error.message).not.toMatch(/nothing was sent/i);
  }

  makeRoom?.();
  const again = await shell(batch, { cwd, env });
  expect(again.code, again.stderr).toBe(0);
  expect([...acceptedByPrompt(fal).values()]).toEqual([1, 1, 1]);
}

/** In units of 1024 bytes, as bash counts: the picture does not fit, or not even the ledger. */
test.skipIf(sep === '\\').each([400, 100])('no file above %d KB', async (limit) => {
  await runTwice(await folderWithPhoto(), ['out'], `trap '' XFSZ; ulimit -f ${limit}; `);
});

const mount = (...argv: string[]) => execFileSync('mount', argv, { stdio: 'ignore' });

const canMount = (() => {
  const probe = mkdtempSync(path.join(tmpdir(), 'fal-edit-mount-'));
  try {
    mount('-t', 'tmpfs', 'tmpfs', probe);
    execFileSync('umount', [probe]);
    return true;
  } catch {
    // Not Linux, or not allowed.
    return false;
  } finally {
    rmdirSync(probe);
  }
})();

test.skipIf(!canMount).each([
  ['the batch folder', '1m'],
  ['the batch folder', '400k'],
  ['the batch folder', '100k'],
  ['the state folder', '100k'],
  ['the state folder', '8k'],
])('a disk for %s, %s large', async (what, size) => {
  const cwd = await folderWithPhoto();
  const disk = path.join(cwd, 'disk');
  mkdirSync(disk);
  mount('-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', disk);
  onTestFinished(() => void execFileSync('umount', ['-l', disk]));
  const folders: [string, string?] =
    what === 'the batch folder' ? ['disk/out'] : ['out', path.join(disk, 'state')];
  await runTwice(cwd, folders, '', () => mount('-o', 'remount,size=64m', disk));
});
