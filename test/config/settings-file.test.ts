import { execFileSync } from 'node:child_process';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { readSettingsFile } from '../../src/config/settings-file.js';
import { PNG } from '../commands/bad-input/pictures.js';
import { runCli } from '../support/run-cli.js';
import { tempDir } from '../support/temp-dir.js';

const utf16 = (text: string, bom: boolean) => Buffer.from(`${bom ? '\ufeff' : ''}${text}`, 'utf16le');

const REFUSED: [string, Uint8Array | string, RegExp][] = [
  ['UTF-16LE', utf16('FAL_KEY=my:secret\n', true), /is UTF-16/],
  ['UTF-16BE', utf16('FAL_KEY=my:secret\n', true).swap16(), /is UTF-16/],
  ['UTF-16LE without a mark', utf16('FAL_KEY=my:secret\n', false), /is UTF-16/],
  ['UTF-16BE without a mark', utf16('FAL_KEY=my:secret\n', false).swap16(), /is UTF-16/],
  ['Latin-1', Buffer.from('FAL_KEY=my:secret\n# für\n', 'latin1'), /line 2 .*UTF-8/],
  ['a NUL', 'FAL_KEY=my:secret\n\0\n', /NUL/],
  ['more than 1 MB', '#'.repeat(1024 * 1024 + 1), /is larger than 1 MB/],
];

const FILES = ['.env', 'fal-edit.config.json', '.home/config/config.json', '.home/config/trust.json'];

async function runWith(file: string, put: (absolute: string) => unknown, args: string[] = []) {
  const cwd = await tempDir();
  await writeFile(path.join(cwd, 'photo.png'), PNG);
  // So that the store is looked at.
  await writeFile(path.join(cwd, '.env'), 'FAL_EDIT_FORCE=1\n');
  const absolute = path.join(cwd, file);
  await mkdir(path.dirname(absolute), { recursive: true });
  if (file === '.env') execFileSync('rm', [absolute]);
  await put(absolute);
  return runCli(['photo.png', '-p', 'x', '--dry-run', ...args], { cwd, env: { NO_COLOR: '1' } });
}

describe.each(FILES)('%s', (file) => {
  test.each(REFUSED)('%s is refused by name, without a word of it', async (_, content, says) => {
    const { code, stderr } = await runWith(file, (absolute) => writeFile(absolute, content));
    expect([code, stderr]).toEqual([2, expect.stringMatching(says)]);
    expect(stderr).toContain(path.basename(file));
    expect(stderr).not.toContain('secret');
  });

  it('a pipe is not waited for', async () => {
    const { code, stderr } = await runWith(file, (absolute) => execFileSync('mkfifo', [absolute]));
    expect([code, stderr]).toEqual([2, expect.stringContaining('is a pipe, a socket or a device')]);
  });

  it('a device is not read', async () => {
    const { code, stderr } = await runWith(file, (absolute) => symlink('/dev/zero', absolute));
    expect([code, stderr]).toEqual([2, expect.stringContaining('is a pipe, a socket or a device')]);
  });

  it.skipIf(process.getuid?.() === 0)('one that may not be read', async () => {
    const { code, stderr } = await runWith(file, async (absolute) => {
      await writeFile(absolute, '');
      await chmod(absolute, 0);
    });
    expect([code, stderr]).toEqual([2, expect.stringContaining('permission denied')]);
  });
});

it('a byte order mark is no part of a setting', async () => {
  const dotenv = await runWith('.env', (file) => writeFile(file, '\ufeffFAL_EDIT_STEPS=99\n'));
  expect(dotenv.stderr).toContain('FAL_EDIT_STEPS (in .env)');
  for (const name of ['fal-edit.config.json', '.home/config/config.json']) {
    const config = await runWith(name, (file) => writeFile(file, '\ufeff{"steps": 99}'), ['--trust-project']);
    expect(config.stderr).toContain('"steps" in');
  }
});

it('a folder called .env, a missing file and a link to one are read as they always were', async () => {
  const folder = await runWith('.env', (file) => mkdir(file));
  expect(folder.code).toBe(0);
  const cwd = await tempDir();
  expect(await readSettingsFile(path.join(cwd, 'none'))).toBeUndefined();
  await writeFile(path.join(cwd, 'real'), 'text');
  await symlink('real', path.join(cwd, 'link'));
  expect(await readSettingsFile(path.join(cwd, 'link'))).toMatchObject({ text: 'text' });
});
