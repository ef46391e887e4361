import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { InterruptedError } from '../../src/errors/error.js';
import { openWeights } from '../../src/images/weights.js';

let cwd: string;

/** A file of the format: the header's length, the header, some numbers. */
function safetensors(header: string, claimed = header.length): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(claimed));
  return Buffer.concat([length, Buffer.from(header), Buffer.alloc(64, 7)]);
}

const WEIGHTS = safetensors('{"lora":{"dtype":"F16","shape":[32],"data_offsets":[0,64]}}');

beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'fal-edit-weights-'));
  mkdirSync(join(cwd, 'folder.safetensors'));
  const files: Record<string, Uint8Array> = {
    'my style (v2).safetensors': WEIGHTS,
    'UPPER.SAFETENSORS': WEIGHTS,
    'smallest.safetensors': safetensors('{}'),
    'style.ckpt': WEIGHTS,
    'empty.safetensors': Buffer.alloc(0),
    'short.safetensors': WEIGHTS.subarray(0, 8),
    'cut.safetensors': WEIGHTS.subarray(0, 40),
    'page.safetensors': Buffer.from('<!doctype html><title>Sign in</title>'),
    'array.safetensors': safetensors('[1, 2, 3]'),
    'one.safetensors': safetensors('{', 1),
    'endless.safetensors': safetensors('{}', Number.MAX_SAFE_INTEGER),
    'big-header.safetensors': safetensors('{}', 100_000_001),
    'large.safetensors': WEIGHTS,
  };
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(cwd, name), bytes);
  truncateSync(join(cwd, 'big-header.safetensors'), 200_000_000);
  truncateSync(join(cwd, 'large.safetensors'), 100_000_000);
});

afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const open = (path: string, signal = new AbortController().signal) =>
  openWeights(path, { cwd, signal }, '--lora');

test.each([
  ['my style (v2).safetensors', 'my-style-v2.safetensors'],
  ['UPPER.SAFETENSORS', 'UPPER.safetensors'],
])('%s', async (path, fileName) => {
  const weights = await open(path);
  const sha256 = createHash('sha256').update(WEIGHTS).digest('hex');
  expect(weights).toMatchObject({
    label: path,
    path: join(cwd, path),
    bytes: WEIGHTS.length,
    sha256,
    fileName,
  });
  const blob = await weights.blob();
  expect(blob.size).toBe(WEIGHTS.length);
  expect(Buffer.from(await blob.arrayBuffer())).toEqual(WEIGHTS);
  expect(Buffer.from(await blob.slice(2, 5).arrayBuffer())).toEqual(WEIGHTS.subarray(2, 5));
});

test('the smallest file of the format', async () => {
  expect(await open('smallest.safetensors')).toMatchObject({ bytes: 74 });
});

test('the blob of a large file takes no memory', async () => {
  const weights = await open('large.safetensors');
  const before = process.memoryUsage();
  const blob = await weights.blob();
  const after = process.memoryUsage();
  expect(blob.size).toBe(100_000_000);
  expect(after.arrayBuffers + after.external - before.arrayBuffers - before.external).toBeLessThan(
    10_000_000,
  );
});

test('a file-backed blob prints no warning', () => {
  const script = `require('node:fs').openAsBlob(process.argv[1]).then((blob) => blob.text())`;
  const run = [process.execPath, '-e', `${script}.then(() => console.log('read'))`, join(cwd, 'style.ckpt')];
  expect(execFileSync('sh', ['-c', '"$0" "$@" 2>&1', ...run], { encoding: 'utf8' })).toBe('read\n');
});

const NO_HEADER = 'has no safetensors header. Give LoRA weights in a .safetensors file.';

test.each([
  ['', '--lora is empty. Give LoRA weights in a .safetensors file.'],
  ['style.ckpt', '"style.ckpt" does not end in .safetensors. Give LoRA weights in a .safetensors file.'],
  ['empty.safetensors', '"empty.safetensors" is empty.'],
  ['folder.safetensors', '"folder.safetensors" is a folder, not a file.'],
  ['short.safetensors', `"short.safetensors" ${NO_HEADER}`],
  ['cut.safetensors', `"cut.safetensors" ${NO_HEADER}`],
  ['page.safetensors', `"page.safetensors" ${NO_HEADER}`],
  ['array.safetensors', `"array.safetensors" ${NO_HEADER}`],
  ['one.safetensors', `"one.safetensors" ${NO_HEADER}`],
  ['endless.safetensors', `"endless.safetensors" ${NO_HEADER}`],
  ['big-header.safetensors', `"big-header.safetensors" ${NO_HEADER}`],
  ['none.safetensors', '"none.safetensors": no such file.'],
])('refuses %j', async (path, problem) => {
  const message = problem.startsWith('--lora') ? problem : `--lora: ${problem}`;
  await expect(open(path)).rejects.toMatchObject({ kind: 'input', exitCode: 2, message });
});

test('stops when the run is interrupted', async () => {
  const reason = new InterruptedError('SIGTERM');
  await expect(open('large.safetensors', AbortSignal.abort(reason))).rejects.toBe(reason);
});
