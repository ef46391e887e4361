import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { tempDir } from '../support/temp-dir.js';
import { readYaml, type Action } from './action-file.js';

const { steps } = readYaml<Action>('action.yml').content.runs;

function scriptOf(name: string): string {
  return steps.find((step) => step.name === name)!.run!;
}

/** How GitHub runs a script whose shell is bash. */
const BASH = ['--noprofile', '--norc', '-eo', 'pipefail', '-c'];

/** Stands in for the built program: writes down how it was called, and ends as it is told. */
const PROGRAM = `
const { mkdirSync, writeFileSync } = require('node:fs');
const argv = process.argv.slice(2);
const { FAL_KEY, KEY, EXIT, SUMMARY, SLOW } = process.env;
writeFileSync('called.json', JSON.stringify({ argv, FAL_KEY, KEY }));
if (SUMMARY) {
  mkdirSync('out', { recursive: true });
  writeFileSync('out/summary.json', SUMMARY);
}
if (SLOW) {
  process.on('SIGTERM', () => setTimeout(() => process.exit(143), 50));
  setTimeout(() => {}, 10_000);
  console.log('ready');
} else process.exit(Number(EXIT));
`;

const NO_INPUTS = { SHARD: '', MAX_COST: '', ARGS: '', JUNIT: '', KEY: '', RESTORED: '', NAME: '' };

async function scene(inputs: Record<string, string> = {}) {
  const folder = await tempDir();
  const cwd = path.join(folder, 'workspace');
  // As where a runner has its actions, with a name that a script has to quote.
  const action = path.join(folder, 'the $action');
  await mkdir(path.join(action, 'dist'), { recursive: true });
  await mkdir(cwd);
  await writeFile(path.join(action, 'dist', 'bin.js'), PROGRAM);
  const output = path.join(folder, 'output');
  await writeFile(output, '');
  const env = {
    PATH: process.env['PATH'],
    GITHUB_ACTION_PATH: action,
    GITHUB_OUTPUT: output,
    MANIFEST: 'rows.jsonl',
    OUT_DIR: 'out',
    EXIT: '0',
    ...NO_INPUTS,
    ...inputs,
  };
  return { cwd, env, output };
}

type Scene = Awaited<ReturnType<typeof scene>>;

async function run(name: string, { cwd, env }: Scene) {
  return new Promise<{ code: number; stdout: string }>((resolve) => {
    execFile('bash', [...BASH, scriptOf(name)], { cwd, env }, (error, stdout) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout });
    });
  });
}

async function outputsOf({ output }: Scene): Promise<Record<string, string>> {
  const written = await readFile(output, 'utf8');
  // NAME<<END, the value, END; or NAME=VALUE.
  const blocks = [...written.matchAll(/^([a-z-]+)<<(\S+)\n(.*?)\n\2$/gms)].map(([, name, , value]) => [
    name,
    value,
  ]);
  const lines = [...written.matchAll(/^([a-z-]+)=(.*)$/gm)].map(([, name, value]) => [name, value]);
  return Object.fromEntries([...blocks, ...lines]) as Record<string, string>;
}

async function called({ cwd }: Scene) {
  return JSON.parse(await readFile(path.join(cwd, 'called.json'), 'utf8')) as Record<string, unknown>;
}

const SUMMARY = JSON.stringify({
  states: { pending: 1, waiting: 2, done: 3, unmet: 4, failed: 5, moderated: 6, unknown: 7 },
  cost: { billed_usd: 1.275 },
});

describe.skipIf(process.platform === 'win32')('the script that edits', () => {
  it('says what the batch says: flags, exit code, outputs', async () => {
    const at = await scene({
      ...{ SHARD: '2/8', MAX_COST: '5.00', JUNIT: 'j.xml', ARGS: ' --model flux-2-lora\n--steps 20\n' },
      ...{ EXIT: '3', SUMMARY, KEY: 'id:secret' },
    });
    expect((await run('Edit', at)).code).toBe(3);
    expect(await called(at)).toEqual({
      argv: [
        ...['batch', '--out-dir=out', '--shard=2/8', '--max-cost=5.00', '--junit=j.xml'],
        ...['--model', 'flux-2-lora', '--steps', '20', '--', 'rows.jsonl'],
      ],
      FAL_KEY: 'id:secret',
    });
    expect(await outputsOf(at)).toEqual({
      'exit-code': '3',
      'out-dir': 'out',
      done: '3',
      failed: '22',
      'cost-usd': '1.275',
      summary: 'out/summary.json',
    });
  });

  it('leaves a key of the environment alone where none was given', async () => {
    const at = await scene({ FAL_KEY: 'from:env' });
    expect((await run('Edit', at)).code).toBe(0);
    expect(await called(at)).toEqual({
      argv: ['batch', '--out-dir=out', '--', 'rows.jsonl'],
      FAL_KEY: 'from:env',
    });
  });

  it('does not take the summary of an earlier run for its own, nor the lock of a dead one', async () => {
    const at = await scene({ EXIT: '2', RESTORED: 'some-key' });
    await mkdir(path.join(at.cwd, 'out'));
    for (const file of ['summary.json', 'batch.lock', 'ledger.db']) {
      await writeFile(path.join(at.cwd, 'out', file), SUMMARY);
    }
    expect((await run('Edit', at)).code).toBe(2);
    expect(await outputsOf(at)).toEqual({ 'exit-code': '2', 'out-dir': 'out' });
    expect(await readdir(path.join(at.cwd, 'out'))).toEqual(['ledger.db']);
  });

  it('respects a lock that did not come from the cache', async () => {
    const at = await scene();
    await mkdir(path.join(at.cwd, 'out'));
    await writeFile(path.join(at.cwd, 'out', 'batch.lock'), '');
    await run('Edit', at);
    expect(await readdir(path.join(at.cwd, 'out'))).toEqual(['batch.lock']);
  });

  it('keeps the exit code of the batch where its summary is broken', async () => {
    const at = await scene({ EXIT: '9', SUMMARY: '{' });
    const { code, stdout } = await run('Edit', at);
    expect([code, stdout]).toEqual([9, expect.stringContaining('::warning::summary.json')]);
  });

  test.each([
    '$(touch stray)',
    '`touch stray`',
    '; touch stray',
    '"; touch stray; "',
    "'",
    '*',
    '\\',
    '-x',
    '${PATH}',
  ])('runs nothing that an input says, and changes nothing of it: %s', async (hostile) => {
    const at = await scene({
      ...{
        MANIFEST: hostile,
        SHARD: hostile,
        MAX_COST: hostile,
        JUNIT: hostile,
        ARGS: hostile,
        KEY: hostile,
      },
      ...{ RESTORED: hostile, OUT_DIR: `out/${hostile}` },
    });
    // What a * could become.
    await writeFile(path.join(at.cwd, 'a.png'), '');
    expect((await run('Edit', at)).code).toBe(0);
    const { argv, FAL_KEY } = (await called(at)) as { argv: string[]; FAL_KEY: string };
    expect(argv.slice(1, 5)).toEqual([
      ...[`--out-dir=out/${hostile}`, `--shard=${hostile}`, `--max-cost=${hostile}`, `--junit=${hostile}`],
    ]);
    expect(argv.slice(5, -2)).toEqual(hostile.split(' '));
    expect([...argv.slice(-2), FAL_KEY]).toEqual(['--', hostile, hostile]);
    expect(await readdir(at.cwd)).toEqual(['a.png', 'called.json']);
  });

  it('lets no out-dir add an output', async () => {
    const at = await scene({ OUT_DIR: 'a\ndone=1000' });
    await run('Edit', at);
    expect((await outputsOf(at))['out-dir']).toBe('a\ndone=1000');
    expect(await readFile(at.output, 'utf8')).toMatch(
      /^exit-code<<(\S+)\n0\n\1\nout-dir<<\1\na\ndone=1000\n\1\n$/,
    );
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('hands %s on, and waits for the batch', async (signal) => {
    const at = await scene({ SLOW: 'yes', SUMMARY });
    const bash = spawn('bash', [...BASH, scriptOf('Edit')], { cwd: at.cwd, env: at.env });
    await once(bash.stdout, 'data');
    bash.kill(signal);
    expect(await once(bash, 'close')).toEqual([143, null]);
    expect(await outputsOf(at)).toMatchObject({ 'exit-code': '143', done: '3' });
  });
});

describe.skipIf(process.platform === 'win32')('the other scripts', () => {
  it('mask the key as one line that GitHub understands', async () => {
    const at = await scene({ KEY: '50%\r\nid:secret' });
    expect(await run('Mask the key', at)).toEqual({ code: 0, stdout: '::add-mask::50%25%0D%0Aid:secret\n' });
  });

  const PREFIX = /^fal-edit-[\w.-]{1,101}-[0-9a-f]{16}-$/;

  async function prefix(inputs: Record<string, string>): Promise<string> {
    const at = await scene(inputs);
    expect((await run('Name the cache', at)).code).toBe(0);
    const { prefix: name = '' } = await outputsOf(at);
    expect(name).toMatch(PREFIX);
    return name;
  }

  it('name a cache by manifest, out-dir and shard', async () => {
    const names = await Promise.all([
      prefix({}),
      prefix({ MANIFEST: 'photos/{a,b}*.png' }),
      prefix({ MANIFEST: 'photos/{a;b}*.png' }),
      prefix({ SHARD: '1/8' }),
      prefix({ SHARD: '1/80' }),
      prefix({ OUT_DIR: 'other' }),
      prefix({ NAME: 'mine' }),
      prefix({ MANIFEST: `${'写'.repeat(400)}.jsonl` }),
    ]);
    expect(new Set(names).size).toBe(names.length);
    expect(await prefix({ NAME: 'mine', MANIFEST: 'other.jsonl' })).toBe(names[6]);
    expect(names[3]).toMatch(/^fal-edit-rows\.jsonl-1-8-/);
  });
});
