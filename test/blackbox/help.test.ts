import { describe, expect, test } from 'vitest';
import { runCli } from '../support/run-cli.js';
import { tempDir } from '../support/temp-dir.js';
import { run, shell } from './spawned.js';

describe.each([
  ['--help'],
  ['-h'],
  ['help'],
  ['help', 'edit'],
  ['help', 'sandbox'],
  ['edit', '--help'],
  ['sandbox', '--help'],
  ['--version'],
  ['-V'],
])('%s %s', (...argv) => {
  test('says what the program says inside the tests', async () => {
    const cwd = await tempDir();
    const [{ code, stdout, stderr }, inside] = await Promise.all([
      run(argv.filter(Boolean), { cwd }),
      runCli(argv.filter(Boolean), { cwd }),
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(inside.stdout);
    expect(stdout).not.toBe('');
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});

test.each(['fal-edit --help | true', 'fal-edit --version >&-', 'fal-edit -h 2>&-'])('%s', async (line) => {
  const { code, stderr } = await shell(line, { cwd: await tempDir() });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});
