/** What all parts of the benchmark share: the built program, runs that take turns, and limits that are kept or not. */
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const ROOT = path.resolve(fileURLToPath(import.meta.url), '../..');
export const BIN = path.join(ROOT, 'dist/bin.js');
export const PHOTO = path.join(ROOT, 'examples/chelsea.png');
const RUNS = 15;
const WARM_UPS = 3;

/** Gone when the benchmark ends. */
export const folder = await mkdtemp(path.join(tmpdir(), 'fal-edit-bench-'));
// The environment as it is, since that is what a user's Node starts in, but with no settings and no caches of ours.
export const env = {
  ...withoutOurs(process.env),
  HOME: folder,
  XDG_CACHE_HOME: folder,
  XDG_STATE_HOME: folder,
  CI: '1',
};

let overLimit = false;

/** Whether anything was over its limit. */
export const isOverLimit = () => overLimit;

function withoutOurs(variables) {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !name.startsWith('FAL_')));
}

export function limit(what, value, most, unit) {
  const ok = value <= most;
  overLimit ||= !ok;
  console.log(`${what}; limit ${most} ${unit} — ${ok ? 'ok' : 'OVER THE LIMIT'}`);
}

/** Both in turn, warm-ups first that do not count. */
export async function inTurn(first, second, { runs = RUNS, warmUps = WARM_UPS } = {}) {
  const pairs = [];
  for (let run = 0; run < runs + warmUps; run++) {
    const pair = [await first(), await second()];
    if (run >= warmUps) pairs.push(pair);
  }
  return pairs;
}

export function report(what, pairs, most) {
  const base = median(pairs.map(([bare]) => bare));
  const times = pairs.map(([, time]) => time);
  const ratio = median(times) / base;
  const spread = `${(Math.min(...times) / base).toFixed(2)} to ${(Math.max(...times) / base).toFixed(2)}`;
  limit(`${what}: ${ratio.toFixed(2)} × bare Node (${base.toFixed(0)} ms), ${spread}`, ratio, most, '×');
}

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Milliseconds of a whole Node process; a run that fails is no measurement. */
export async function wall(argv, environment = env) {
  return (await usage(argv, environment)).wallMs;
}

let usages = 0;

/** What a whole Node process took: milliseconds by the clock and of the processors, and memory at its peak in MB. */
export function usage(argv, environment = env) {
  const file = path.join(folder, `usage-${++usages}.json`);
  const hook = path.join(ROOT, 'bench/usage-hook.cjs');
  const measured = environment.BENCH_CPU === '1';
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const child = spawn(process.execPath, [...(measured ? ['--require', hook] : []), ...argv], {
      env: { ...environment, BENCH_USAGE_FILE: file },
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let errors = '';
    child.stderr.on('data', (chunk) => (errors += chunk));
    child.on('error', reject);
    child.on('exit', async (code) => {
      const wallMs = performance.now() - began;
      if (code !== 0) {
        reject(new Error(`node ${argv.join(' ')} ended with ${code}: ${errors}`));
        return;
      }
      resolve({ wallMs, ...(measured ? JSON.parse(await readFile(file, 'utf8')) : {}) });
    });
  });
}

/** A folder with modules of the source, bundled as they are in the program, for what is timed inside of a process. */
export async function bundled(...files) {
  const entry = path.join(folder, `bundled-${path.parse(files[0]).name}`);
  await promisify(execFile)(
    process.execPath,
    [
      path.join(ROOT, 'node_modules/tsdown/dist/run.mjs'),
      ...[...files, '--no-config', '--no-dts', '--format', 'esm', '--out-dir', entry],
      ...['--external', '@photostructure/sqlite', '--external', 'sharp', '--tsconfig', 'tsconfig.json'],
    ],
    { cwd: ROOT },
  );
  return entry;
}

/** A sandbox in a process of its own, with a fixed inference time and no queue. */
export function startSandbox(inference, ...flags) {
  return new Promise((resolve, reject) => {
    const argv = [BIN, 'sandbox', '--queue-time', '0ms', '--inference-time', `${inference}ms`, ...flags];
    const child = spawn(process.execPath, argv, { env, cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] });
    let output = '';
    child.on('error', reject);
    child.stdout.on('data', (chunk) => {
      output += chunk;
      const [, url] = /FAL_PROXY_URL=(\S+)/.exec(output) ?? [];
      const [, key] = /FAL_KEY=(\S+)/.exec(output) ?? [];
      if (url === undefined || key === undefined) return;
      const ledger = async () => (await fetch(url.replace(/proxy$/, '__sandbox/ledger'))).json();
      resolve({ env: { FAL_PROXY_URL: url, FAL_KEY: key }, ledger, stop: () => child.kill() });
    });
  });
}
