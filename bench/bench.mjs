/**
 * What a run costs, as ratios to a bare `node -e 0` measured in the same minute: machines differ, and one machine
 * differs from hour to hour. Runs take turns (A B A B …), so that a slow spell hits both.
 *
 *   npm run bench            all of it
 *   npm run bench -- start   one part: start, edit, ledger, requests
 *
 * Exits with 1 where a ratio is over its limit.
 */
import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = path.resolve(fileURLToPath(import.meta.url), '../..');
const BIN = path.join(ROOT, 'dist/bin.js');
const PHOTO = path.join(ROOT, 'examples/chelsea.png');
const RUNS = 15;
const WARM_UPS = 3;

const parts = { start, edit, ledger, requests };
const wanted = process.argv.slice(2).length > 0 ? process.argv.slice(2) : Object.keys(parts);
const folder = await mkdtemp(path.join(tmpdir(), 'fal-edit-bench-'));
// The environment as it is, since that is what a user's Node starts in, but with no settings and no caches of ours.
const env = {
  ...withoutOurs(process.env),
  HOME: folder,
  XDG_CACHE_HOME: folder,
  XDG_STATE_HOME: folder,
  CI: '1',
};
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

/**
 * What the ledger costs one edit: loading SQLite, opening, and the five writes of a life, each synced. Timed inside of
 * a process of its own, since it is a small part of an edit; then again beside a million rows.
 */
async function ledger() {
  const entry = path.join(folder, 'ledger-entry');
  await promisify(execFile)(
    process.execPath,
    [
      path.join(ROOT, 'node_modules/tsdown/dist/run.mjs'),
      ...['src/ledger/ledger.ts', '--no-config', '--no-dts', '--format', 'esm', '--out-dir', entry],
      ...['--external', '@photostructure/sqlite', '--tsconfig', 'tsconfig.json'],
    ],
    { cwd: ROOT },
  );
  await symlink(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
  const [empty, full] = [path.join(folder, 'empty'), path.join(folder, 'full')];
  await fill(full, 1_000_000);
  const script = path.join(ROOT, 'bench/one-life.mjs');
  const life = async (state) => {
    const { stdout } = await promisify(execFile)(process.execPath, [script, entry, state], {
      env,
      cwd: folder,
    });
    return Number(stdout);
  };
  const pairs = await inTurn(
    () => life(empty),
    () => life(full),
  );
  const [small, large] = [0, 1].map((index) => median(pairs.map((pair) => pair[index])));
  limit(`the ledger's part of one edit: ${small.toFixed(1)} ms`, small, 15, 'ms');
  limit(
    `with 1,000,000 rows: ${large.toFixed(1)} ms, ${(large / small).toFixed(2)} × that`,
    large / small,
    1.5,
    '×',
  );
}

/** `fal-edit requests` with nothing to list, and with 100,000 jobs. */
async function requests() {
  const [empty, full] = [path.join(folder, 'none'), path.join(folder, 'many')];
  await fill(empty, 0);
  await fill(full, 100_000);
  const listed = (state) => wall([BIN, 'requests'], { ...env, FAL_EDIT_STATE_DIR: state });
  const pairs = await inTurn(
    () => listed(empty),
    () => listed(full),
  );
  const [small, large] = [0, 1].map((index) => median(pairs.map((pair) => pair[index])));
  limit(
    `fal-edit requests with 100,000 jobs: ${(large / small).toFixed(2)} × with none`,
    large / small,
    1.5,
    '×',
  );
}

/** A ledger with so many saved jobs, made by the program's own schema and then copied row by row. */
async function fill(state, rows) {
  await mkdir(state, { recursive: true, mode: 0o700 });
  const argv = [
    BIN,
    PHOTO,
    '-p',
    'a watercolor',
    '--sandbox',
    '-q',
    '-o',
    path.join(state, '{request_id}.png'),
  ];
  if (rows > 0) await wall(argv, { ...env, FAL_EDIT_STATE_DIR: state, FAL_EDIT_INFERENCE_TIME: '1ms' });
  if (rows < 2) return;
  const { DatabaseSync } = await import('@photostructure/sqlite');
  const db = new DatabaseSync(path.join(state, 'ledger.db'));
  const copied = (table, changed) => {
    const columns = db
      .prepare(`SELECT name FROM pragma_table_info('${table}')`)
      .all()
      .map(({ name }) => name);
    const others = columns.filter((name) => name !== 'seq');
    const values = others.map((name) => changed[name] ?? name);
    db.exec(`WITH RECURSIVE n (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM n WHERE n < ${rows})
             INSERT INTO ${table} (${others.join(', ')}) SELECT ${values.join(', ')}
             FROM n, (SELECT * FROM ${table} LIMIT 1)`);
  };
  db.exec('BEGIN');
  copied('jobs', { id: "'j' || n", request_id: "'r' || n", asked_hash: "'h' || n" });
  copied('images', { job_id: "'j' || n", target: "'/' || n", path: "'/' || n" });
  db.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)');
  db.close();
}

function limit(what, value, most, unit) {
  const ok = value <= most;
  overLimit ||= !ok;
  console.log(`${what}; limit ${most} ${unit} — ${ok ? 'ok' : 'OVER THE LIMIT'}`);
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
