/*
 * How many of our own files run in one edit, one row of a batch and a comparison: what somebody has to read who wants
 * to follow them. A file counts where one of its named functions ran (V8's coverage); the sandbox is left out.
 */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import ts from 'typescript';

const ROOT = path.resolve(import.meta.dirname, '..');
const TRIPS = [
  ['edit --dry-run', ['a.png', '-p', 'snow', '--dry-run', '--sandbox']],
  ['edit', ['a.png', '-p', 'snow', '--sandbox']],
  ['batch, one row', ['batch', 'a.png', '-p', 'snow', '-d', 'out', '--sandbox', '--yes']],
  ['the same batch again', ['batch', 'a.png', '-p', 'snow', '-d', 'out', '--sandbox', '--yes']],
  ['compare, one picture by two models', ['compare', 'a.png', '-p', 'snow', '--sandbox', '--yes']],
];

const folder = await mkdtemp(path.join(tmpdir(), 'fal-edit-executed-'));
try {
  await stripTypes(path.join(folder, 'src'));
  for (const [name, argv] of TRIPS) {
    const files = await executed(argv);
    console.log(`${String(files.length).padStart(4)} files  ${name}`);
    if (process.argv.includes('--list')) for (const file of files) console.log(`             ${file}`);
  }
} finally {
  await rm(folder, { recursive: true });
}

/** The sources as JavaScript, file by file. */
async function stripTypes(to) {
  for (const file of await readdir(path.join(ROOT, 'src'), { recursive: true })) {
    const target = path.join(to, file);
    await mkdir(path.dirname(target), { recursive: true });
    if (!file.endsWith('.ts')) {
      if (/\.(css|js)$/.test(file)) await cp(path.join(ROOT, 'src', file), target);
      continue;
    }
    const source = await readFile(path.join(ROOT, 'src', file), 'utf8');
    const { outputText } = ts.transpileModule(source, {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 },
    });
    await writeFile(target.replace(/\.ts$/, '.js'), outputText);
  }
  await cp(path.join(ROOT, 'package.json'), path.join(folder, 'package.json'));
  await symlink(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
  await cp(path.join(ROOT, 'examples', 'coffee.png'), path.join(folder, 'a.png'));
}

/** Runs the program once. @returns paths from src/, of the files that did something */
async function executed(argv) {
  const coverage = await mkdtemp(path.join(folder, 'coverage-'));
  await promisify(execFile)(process.execPath, [path.join(folder, 'src', 'bin.js'), ...argv], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, NODE_V8_COVERAGE: coverage, FAL_EDIT_STATE_DIR: folder },
  });
  const files = new Set();
  for (const name of await readdir(coverage)) {
    const { result } = JSON.parse(await readFile(path.join(coverage, name), 'utf8'));
    for (const { url, functions } of result) {
      if (!url.startsWith('file:')) continue;
      const file = path.relative(path.join(folder, 'src'), fileURLToPath(url));
      const isOurs = !file.startsWith('..') && !file.startsWith(`sandbox${path.sep}`);
      const ran = functions.some(
        ({ functionName, ranges: [whole] }) => functionName !== '' && whole.count > 0,
      );
      if (isOurs && ran) files.add(file);
    }
  }
  return [...files].sort();
}
