/**
 * What a run costs, as ratios to a bare `node -e 0` measured in the same minute: machines differ, and one machine
 * differs from hour to hour. Runs take turns (A B A B …), so that a slow spell hits both.
 *
 *   npm run bench            all of it
 *   npm run bench -- start   one part: start, edit
 *
 * Exits with 1 where a ratio is over its limit.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = path.resolve(fileURLToPath(import.meta.url), '../..');
const BIN = path.join(ROOT, 'dist/bin.js');
const PHOTO = path.join(ROOT, 'examples/chelsea.png');
const RUNS = 15;
const WARM_UPS = 3;

const parts = { start, edit };
const wanted = process.argv.slice(2).length > 0 ? process.argv.slice(2) : Object.keys(parts);
const folder = await mkdtemp(path.join(tmpdir(), 'fal-edit-bench-'));
// The environment as it is, since that is what a user's Node starts in, but with no settings and no caches of ours.
const env = { ...withoutOurs(process.env), HOME: folder, XDG_CACHE_HOME: folder, CI: '1' };
let overLimit = false;
try {
  for (const name of wanted) await parts[name]();
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.exitCode = overLimit ? 1 : 0;

function withoutOurs(variables) {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !name.startsWith('FAL_')));
}

/** `--help` and `--version` against bare Node. */
async function start() {
  for (const flag of ['--help', '--version']) {
    const pairs = await inTurn(
      () => wall(['-e', '0']),
      () => wall([BIN, flag]),
    );
    report(`fal-edit ${flag}`, pairs, 1.3);
  }
}

/** One edit of a local PNG against a sandbox in its own process: what lies outside the inference. */
async function edit() {
  // None a multiple of the client's poll interval (500 ms), so that luck with polling does not show.
  for (const inference of [730, 1130, 1370]) {
    const sandbox = await startSandbox(inference);
    try {
      let run = 0;
      const pairs = await inTurn(
        () => wall(['-e', '0']),
        async () => {
          const output = path.join(folder, `${inference}-${++run}.png`);
          const argv = [BIN, PHOTO, '-p', 'turn it into a watercolor', '-q', '-o', output];
          return (await wall(argv, { ...env, ...sandbox.env })) - inference;
        },
      );
      report(`one edit, outside its ${inference} ms of inference`, pairs, 2.5);
    } finally {
      sandbox.stop();
    }
  }
}

/** Both in turn, warm-ups first that do not count. */
async function inTurn(first, second) {
  const pairs = [];
  for (let run = 0; run < RUNS + WARM_UPS; run++) {
    const pair = [await first(), await second()];
    if (run >= WARM_UPS) pairs.push(pair);
  }
  return pairs;
}

function report(what, pairs, limit) {
  const base = median(pairs.map(([bare]) => bare));
  const times = pairs.map(([, time]) => time);
  const ratio = median(times) / base;
  const spread = `${(Math.min(...times) / base).toFixed(2)} to ${(Math.max(...times) / base).toFixed(2)}`;
  const verdict = ratio <= limit ? 'ok' : 'OVER THE LIMIT';
  overLimit ||= ratio > limit;
  console.log(
    `${what}: ${ratio.toFixed(2)} × bare Node (${base.toFixed(0)} ms), ${spread}; limit ${limit} × — ${verdict}`,
  );
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Milliseconds of a whole Node process; a run that fails is no measurement. */
function wall(argv, environment = env) {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const child = spawn(process.execPath, argv, {
      env: environment,
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let errors = '';
    child.stderr.on('data', (chunk) => (errors += chunk));
    child.on('error', reject);
    child.on('exit', (code) => {
      const time = performance.now() - began;
      if (code === 0) resolve(time);
      else reject(new Error(`node ${argv.join(' ')} ended with ${code}: ${errors}`));
    });
  });
}

/** A sandbox in a process of its own, with a fixed inference time and no queue. */
function startSandbox(inference) {
  return new Promise((resolve, reject) => {
    const argv = [BIN, 'sandbox', '--queue-time', '0ms', '--inference-time', `${inference}ms`];
    const child = spawn(process.execPath, argv, { env, cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] });
    let output = '';
    child.on('error', reject);
    child.stdout.on('data', (chunk) => {
      output += chunk;
      const [, url] = /FAL_PROXY_URL=(\S+)/.exec(output) ?? [];
      const [, key] = /FAL_KEY=(\S+)/.exec(output) ?? [];
      if (url !== undefined && key !== undefined) {
        resolve({ env: { FAL_PROXY_URL: url, FAL_KEY: key }, stop: () => child.kill() });
      }
    });
  });
}
