import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { expect, test } from 'vitest';
import { missingPartOfSharp } from '../src/native-parts.js';
import { tempDir } from './support/temp-dir.js';

const LINUX = { platform: 'linux', arch: 'x64' } as const;
const WINDOWS = { platform: 'win32', arch: 'x64' } as const;
const FREEBSD = { platform: 'freebsd', arch: 'x64' } as const;

/** A node_modules with these files in it. */
async function installed(files: readonly string[]): Promise<NodeJS.Require> {
  const folder = await tempDir();
  for (const file of files) {
    const target = path.join(folder, 'node_modules', file);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, file.endsWith('.json') ? '{}' : '');
  }
  return createRequire(path.join(folder, 'program.js'));
}

const SHARP = 'sharp/index.js';

test.each([
  ['sharp', LINUX, []],
  ['@img/sharp-linux-x64', LINUX, [SHARP]],
  ['@img/sharp-linux-x64', LINUX, [SHARP, '@img/sharp-darwin-arm64/sharp.node']],
  ['@img/sharp-libvips-linux-x64', LINUX, [SHARP, '@img/sharp-linux-x64/sharp.node']],
  [undefined, LINUX, [SHARP, '@img/sharp-linux-x64/sharp.node', '@img/sharp-libvips-linux-x64/package.json']],
  [
    undefined,
    LINUX,
    [SHARP, '@img/sharp-linuxmusl-x64/sharp.node', '@img/sharp-libvips-linuxmusl-x64/package.json'],
  ],
  [undefined, LINUX, [SHARP, '@img/sharp-wasm32/sharp.node']],
  [undefined, WINDOWS, [SHARP, '@img/sharp-win32-x64/sharp.node']],
  [undefined, FREEBSD, [SHARP, '@img/sharp-freebsd-wasm32/sharp.node']],
  [undefined, LINUX, [SHARP, 'src/build/Release/sharp-linux-x64.node']],
] as const)('missing: %s on %o with %j', async (missing, machine, files) => {
  expect(missingPartOfSharp(await installed(files), machine)).toBe(missing);
});

test('nothing is missing here', () => {
  expect(missingPartOfSharp(createRequire(import.meta.url))).toBeUndefined();
});
