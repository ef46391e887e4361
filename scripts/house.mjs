/*
 * What it is like to enter this codebase, in figures: how many files, how long, how deep, how wide. Goals stand beside
 * them. No test enforces them, so that nobody merges files for a number. Run it with `npm run house`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const SRC = path.resolve(import.meta.dirname, '../src');

const files = readdirSync(SRC, { recursive: true })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
  .map((name) => path.join(SRC, name));

/** By file: its lines, and the files of ours that it imports, for types too. */
const graph = new Map(files.map((file) => [file, read(file)]));

function read(file) {
  const text = readFileSync(file, 'utf8');
  const imports = ts
    .preProcessFile(text, true, true)
    .importedFiles.filter(({ fileName }) => fileName.startsWith('.'))
    .map(({ fileName }) => path.resolve(path.dirname(file), fileName.replace(/\.js$/, '.ts')))
    .filter((target) => files.includes(target));
  return { lines: text.split('\n').length - 1, imports: [...new Set(imports)] };
}

/** The longest way down from a file, in files. Circles are cut where they close. */
function depthOf(file, above = new Set(), known = depthOf.known) {
  if (above.has(file)) return 0;
  const at = known.get(file);
  if (at !== undefined) return at;
  above.add(file);
  const depth = 1 + Math.max(0, ...graph.get(file).imports.map((target) => depthOf(target, above, known)));
  above.delete(file);
  known.set(file, depth);
  return depth;
}
depthOf.known = new Map();

/** Groups of files that import each other in a circle (Tarjan). */
function circles() {
  const [index, low, stack, found] = [new Map(), new Map(), [], []];
  const visit = (file) => {
    index.set(file, index.size);
    low.set(file, index.get(file));
    stack.push(file);
    for (const target of graph.get(file).imports) {
      if (!index.has(target)) visit(target);
      if (stack.includes(target)) low.set(file, Math.min(low.get(file), low.get(target)));
    }
    if (low.get(file) !== index.get(file)) return;
    const group = stack.splice(stack.indexOf(file));
    if (group.length > 1) found.push(group);
  };
  for (const file of files) if (!index.has(file)) visit(file);
  return found;
}

const lines = [...graph.values()].map((one) => one.lines).sort((a, b) => a - b);
const share = (part) => lines[Math.min(lines.length - 1, Math.floor(lines.length * part))];
const folders = new Map();
for (const file of files) folders.set(path.dirname(file), (folders.get(path.dirname(file)) ?? 0) + 1);
const [widest, width] = [...folders].reduce((a, b) => (a[1] >= b[1] ? a : b));
const longest = files.reduce((a, b) => (graph.get(a).lines >= graph.get(b).lines ? a : b));

console.log(`source files             ${files.length}   (goal: about 420)
lines                    ${lines.reduce((a, b) => a + b, 0)}
lines of a file          median ${share(0.5)}, p90 ${share(0.9)}, max ${lines.at(-1)} in ${path.relative(SRC, longest)}   (goal: max 300)
import depth             ${Math.max(...files.map((file) => depthOf(file)))}   (goal: about 18)
import circles           ${circles().length}   (goal: 0, kept by npm run lint)
files in a folder        max ${width} in ${path.relative(SRC, widest) || '.'}/   (goal: max 16)`);
