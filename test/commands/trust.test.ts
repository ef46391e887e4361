import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { PNG } from './bad-input/pictures.js';
import { runCli } from '../support/run-cli.js';
import { tempDir } from '../support/temp-dir.js';

const CONFIG = 'fal-edit.config.json';

/** A folder with a photo, and with settings that want to be trusted. */
async function folder(files: Record<string, string> = { [CONFIG]: '{"force": true, "steps": 4}' }) {
  const cwd = await tempDir();
  await writeFile(path.join(cwd, 'photo.png'), PNG);
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(cwd, name)), { recursive: true });
    await writeFile(path.join(cwd, name), text);
  }
  const run = (...argv: string[]) => runCli(argv, { cwd, env: { NO_COLOR: '1' } });
  const dryRun = (...argv: string[]) => run('photo.png', '-p', 'x', '--dry-run', ...argv);
  return { cwd, run, dryRun };
}

it('lets the files of a folder set anything, as long as they stay as they are', async () => {
  const { cwd, run, dryRun } = await folder();
  const file = path.join(cwd, CONFIG);

  const before = await dryRun();
  expect(before.code).toBe(2);
  expect(before.stderr).toContain(`"force" in ${file} is refused until you trust ${cwd}.`);
  expect(before.stderr).toContain(`fal-edit trust ${cwd}`);
  expect((await dryRun('--trust-project')).code).toBe(0);
  expect((await dryRun()).code).toBe(2);

  const shown = await run('trust', '--dry-run');
  expect([shown.code, shown.stdout]).toEqual([0, `STATE\tFILE\nuntrusted\t${file}\n`]);
  expect(shown.stderr).toContain('force: true');
  expect(shown.stderr).not.toContain('steps');
  expect((await dryRun()).code).toBe(2);

  expect((await run('trust')).stdout).toBe(`STATE\tFILE\ntrusted\t${file}\n`);
  expect((await dryRun()).code).toBe(0);
  const store = path.join(cwd, '.home', 'config', 'trust.json');
  expect((await stat(store)).mode & 0o077).toBe(0);

  await writeFile(file, '{"force": true, "steps": 5}');
  const changed = await dryRun();
  expect(changed.code).toBe(2);
  expect(changed.stderr).toContain(`${file} has changed since you trusted it.`);
  expect((await run('trust', '--list')).stdout).toBe(`STATE\tFILE\nchanged\t${file}\n`);

  expect((await run('trust')).code).toBe(0);
  expect((await dryRun()).code).toBe(0);
  expect((await run('trust', '--remove')).stdout).toBe(`STATE\tFILE\nuntrusted\t${file}\n`);
  expect((await dryRun()).code).toBe(2);
  expect((await run('trust', '--list')).stdout).toBe('STATE\tFILE\n');
});

it('shows the names of models that a file would redefine, and lets it', async () => {
  const models = { kontext: 'acme/other', mine: 'acme/fill' };
  const { cwd, run, dryRun } = await folder({ [CONFIG]: JSON.stringify({ models }) });
  const before = await dryRun();
  expect(before.code).toBe(2);
  expect(before.stderr).toContain(`kontext is refused until you trust ${cwd}: it would no longer mean`);
  const shown = await run('trust');
  expect(shown.stderr).toContain('models kontext: acme/other');
  expect(shown.stderr).not.toContain('mine');
  expect((await dryRun()).code).toBe(0);
});

it('trusts what applies in a folder: its .env, and the config file there or above', async () => {
  const { cwd, run } = await folder({ [CONFIG]: '{}', 'photos/.env': 'FAL_PROXY_URL=https://x.example/\n' });
  const { stdout, stderr } = await run('trust', 'photos');
  expect(stdout).toBe(
    `STATE\tFILE\ntrusted\t${path.join(cwd, 'photos', '.env')}\ntrusted\t${path.join(cwd, CONFIG)}\n`,
  );
  expect(stderr).toContain('proxy-url: https://x.example/');
});

it('prints one document, with the same keys when it fails', async () => {
  const { cwd, run } = await folder({ '.env': 'FAL_KEY=id:secret\nFAL_EDIT_STATE_DIR=s\n' });
  const ok = await run('trust', '--json');
  expect(ok.json()).toEqual({
    ...{ schema_version: 1, status: 'ok', sandbox: false, error: null, folder: cwd },
    files: [
      {
        file: path.join(cwd, '.env'),
        state: 'trusted',
        settings: [{ name: 'FAL_EDIT_STATE_DIR', value: 's' }],
      },
    ],
  });
  expect(ok.stdout + ok.stderr).not.toContain('secret');
  const failed = await run('trust', 'nowhere', '--json');
  expect(failed.code).toBe(2);
  expect(Object.keys(failed.json()).sort()).toEqual(Object.keys(ok.json()).sort());
});

describe('it works where settings are wrong', () => {
  test.each([
    ['a variable', { '.env': 'FAL_EDIT_MAXCOST=1\n' }],
    ['a value', { [CONFIG]: '{"steps": "x"}' }],
  ])('%s', async (_, files) => {
    const { run } = await folder(files);
    expect((await run('trust')).code).toBe(0);
  });
});

test.each<[string, string[], RegExp]>([
  [
    'nothing to trust',
    ['trust', 'empty'],
    /has no \.env, and there is no fal-edit\.config\.json in it or above it/,
  ],
  ['no such folder', ['trust', 'none'], /none: no such folder/],
  ['two folders', ['trust', 'a', 'b'], /Name one folder/],
  ['list and remove', ['trust', '--list', '--remove'], /exclude each other/],
  ['list of a folder', ['trust', '--list', '.'], /takes no argument/],
])('%s', async (_, argv, says) => {
  const { cwd, run } = await folder({});
  await mkdir(path.join(cwd, 'empty'));
  const { code, stderr } = await run(...argv);
  expect([code, stderr]).toEqual([2, expect.stringMatching(says)]);
});

it('a damaged store trusts nothing, and says so', async () => {
  const { run, dryRun, cwd } = await folder();
  await run('trust');
  const store = path.join(cwd, '.home', 'config', 'trust.json');
  await writeFile(store, (await readFile(store, 'utf8')).replace('"version": 1', '"version": 2'));
  const { code, stderr } = await dryRun();
  expect([code, stderr]).toEqual([2, expect.stringContaining('trust.json: is damaged')]);
});

describe('other commands refuse what they would use, and nothing else', () => {
  test.each([
    ['requests', 'FAL_EDIT_FORCE=1\nFAL_PROXY_URL=https://x.example/\n', 0],
    ['costs', 'FAL_EDIT_OUTPUT=/x.png\n', 0],
    ['models', 'FAL_EDIT_STATE_DIR=s\n', 0],
    ['requests', 'FAL_EDIT_STATE_DIR=s\n', 2],
    ['costs', 'FAL_EDIT_STATE_DIR=s\n', 2],
    ['models', 'FAL_PROXY_URL=https://x.example/\n', 2],
    ['reconcile', 'FAL_EDIT_SETTLE=0s\n', 2],
    ['help', 'FAL_EDIT_STATE_DIR=s\nFAL_EDIT_FORCE=1\n', 0],
  ])('%s with %j: exit %i', async (command, dotenv, code) => {
    const { run } = await folder({ '.env': dotenv });
    const result = await run(command);
    expect(result.code, result.stderr).toBe(code);
  });

  it('wait takes where to and --force from the command line alone', async () => {
    const { run } = await folder({ '.env': 'FAL_EDIT_FORCE=1\nFAL_EDIT_OUTPUT=/x.png\n' });
    expect((await run('wait', '--unfinished')).code).toBe(0);
  });
});

it('a variable that nobody reads is told once, and FAL_EDIT_YES is refused', async () => {
  const { cwd, run } = await folder({});
  const env = { NO_COLOR: '1', FAL_EDIT_STEP: '4' };
  const { code, stderr } = await runCli(['photo.png', '-p', 'x', '--dry-run'], { cwd, env });
  expect(code).toBe(0);
  expect(stderr.match(/FAL_EDIT_STEP is not a setting/g)).toHaveLength(1);
  const yes = await runCli(['batch', 'photo.png', '-p', 'x', '--dry-run'], {
    cwd,
    env: { FAL_EDIT_YES: '1' },
  });
  expect([yes.code, yes.stderr]).toEqual([2, expect.stringContaining('FAL_EDIT_YES is refused')]);
  expect((await run('requests')).code).toBe(0);
});
