/* What npm would publish: its files, and that a stranger's project can install, run, import and type-check it. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { folderWithPhoto, leftIn } from '../edit/harness.js';
import { ROOT } from '../support/build.js';
import { QUICK, spawned } from './spawned.js';

const exec = promisify(execFile);

/** npm with the machine's own settings, since it needs its registry and its cache. */
async function npm(argv: readonly string[], cwd: string): Promise<string> {
  return (await exec('npm', [...argv, '--loglevel=error'], { cwd })).stdout;
}

const TYPED = `
import { batch, compare, edit, estimate, wait, FalEditError } from 'fal-edit';
import type { BatchCall, BatchEvent, CompareResult, EditEvent, EditResult, ResultRow } from 'fal-edit';
const onEvent = (event: EditEvent): void => { if (event.type === 'accepted') event.requestId.trim(); };
const result: EditResult = await edit({ images: ['a.png'], prompt: 'snow', strength: 0.5, onEvent });
const path: string | null | undefined = result.images[0]?.path;
const { usd }: { usd: number | undefined } = await estimate({ images: new Uint8Array(), prompt: 'snow' });
const fetched: EditResult = await wait('abcd', { timeoutMs: 1000 });
const data: Uint8Array | undefined = fetched.images[0]?.data;
const kind = (error: unknown): string => (error instanceof FalEditError ? error.kind : '');
// @ts-expect-error a picture is needed
void edit({ prompt: 'snow' });
const onRow = (event: BatchEvent): void => { if (event.type === 'ended') event.result.key.trim(); };
const call: BatchCall = { rows: [{ images: 'a.png', prompt: 'snow' }], outDir: 'out', maxCostUsd: 1, onEvent: onRow };
const { rows, error } = await batch(call);
const states: ResultRow['state'][] = rows.map(({ state }) => state);
const compared: CompareResult = await compare({ images: 'a.png', prompt: ['snow'], seeds: 2, sandbox: true });
const lower: string | null | undefined = compared.comparison?.pairs[0]?.lower;
// @ts-expect-error a misspelt option
void batch({ ...call, concurency: 2 });
// @ts-expect-error a misspelt option of a row
void batch({ rows: [{ images: 'a.png', prompt: 'snow', strenght: 1 }] });
export { path, kind, usd, data, states, error, lower };
`;

test('the package', { timeout: 240_000 }, async () => {
  const project = await folderWithPhoto();
  const options = { cwd: project, env: QUICK };
  const ended = async (command: string, ...argv: string[]) => {
    const { code, stdout, stderr } = await spawned(command, argv, options).ended;
    return { code, stdout, stderr };
  };

  // The build is fresh: vitest's global setup has seen to it.
  const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', project];
  const [packed] = JSON.parse(await npm(pack, ROOT)) as [{ filename: string; files: { path: string }[] }];
  const names = packed.files.map(({ path: name }) => name);
  const plain = (name: string): boolean => !/^(dist|docs|examples)\//.test(name);
  expect(names.filter(plain).sort()).toEqual(['.env.example', 'LICENSE', 'README.md', 'package.json']);
  expect(names).toEqual(expect.arrayContaining(['docs/reference.md', 'docs/images/report.webp']));
  expect(names).toEqual(expect.arrayContaining(['examples/chelsea.png', 'examples/request.json']));
  expect(names).toEqual(expect.arrayContaining(['dist/bin.js', 'dist/index.js', 'dist/index.d.ts']));
  const FONT = ['dist/assets/OpenSans-OFL.txt', 'dist/assets/OpenSans-Regular.ttf'];
  expect(
    names.filter((name) => !/\.(js|d\.ts)$|^dist\/assets\/.+\.css$/.test(name) && name.startsWith('dist/')),
  ).toEqual(FONT);

  await writeFile(path.join(project, 'package.json'), '{ "private": true, "type": "module" }');
  await npm(['install', '--prefer-offline', '--no-audit', '--no-fund', packed.filename], project);
  const installed = path.join(project, 'node_modules/fal-edit');

  const { messages, pkg } = await publint({ pkgDir: installed, pack: false, strict: true });
  expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);

  const bin = path.join(project, 'node_modules/.bin/fal-edit');
  expect(await ended(bin, '--version')).toEqual({ code: 0, stdout: `${packageJson.version}\n`, stderr: '' });
  expect(await ended(bin, 'cat.png', '-p', 'snow', '--sandbox', '-o', 'out.png')).toMatchObject({
    code: 0,
    stdout: 'out.png\n',
  });
  expect(await leftIn(project)).toContain('out.png');

  const imports = `import * as library from 'fal-edit'; process.stdout.write(Object.keys(library).sort().join(' '));`;
  expect(await ended(process.execPath, '--input-type=module', '-e', imports)).toEqual({
    code: 0,
    stdout: 'EXIT_CODES FalEditError InterruptedError batch compare edit estimate wait',
    stderr: '',
  });

  const many = `import { batch } from 'fal-edit'; const { rows } = await batch({ rows: [{ images: 'cat.png', prompt: 'snow' }], outDir: 'out', sandbox: true }); process.stdout.write(rows.map((row) => row.state).join());`;
  expect(await ended(process.execPath, '--input-type=module', '-e', many)).toEqual({
    code: 0,
    stdout: 'done',
    stderr: '',
  });

  await writeFile(path.join(project, 'typed.ts'), TYPED);
  const tsc = path.join(ROOT, 'node_modules/typescript/bin/tsc');
  const strict = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', '--lib', 'es2023'];
  const types = ['--types', 'node', '--typeRoots', path.join(ROOT, 'node_modules/@types')];
  expect(await ended(process.execPath, tsc, ...strict, ...types, 'typed.ts')).toEqual({
    code: 0,
    stdout: '',
    stderr: '',
  });
});
