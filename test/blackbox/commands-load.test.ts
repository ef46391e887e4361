/* The build puts the parts of the commands into few files: each has to load, whichever command is the first. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { COMMANDS } from '../../src/commands/all.js';
import { tempDir } from '../support/temp-dir.js';
import { BIN, run } from './spawned.js';

const SERVES = 'sandbox';

test.each(COMMANDS.map(({ spec }) => spec.name).filter((name) => name !== SERVES))(
  'fal-edit %s loads',
  async (name) => {
    const { code, stderr } = await run([...name.split(' '), '--json'], { cwd: await tempDir() });
    expect(stderr).not.toMatch(/bug in fal-edit|ReferenceError|ERR_MODULE/);
    expect([0, 2, 4], stderr).toContain(code);
  },
);

test('what every edit loads imports nothing that imports it: in a circle, one of both is not there yet', async () => {
  const dist = path.dirname(BIN);
  const files = (await readdir(dist)).filter((name) => name.endsWith('.js'));
  const imports = new Map<string, string[]>();
  for (const file of files) {
    const code = await readFile(path.join(dist, file), 'utf8');
    const found = [...code.matchAll(/(?:^|[;}])(?:import|export)[^;"'()]*?from"\.\/([^"]+)"/g)];
    imports.set(
      file,
      found.map(([, name = '']) => name),
    );
  }
  const circles: string[][] = [];
  const visit = (file: string, above: readonly string[]): void => {
    if (above.includes(file)) circles.push([...above.slice(above.indexOf(file)), file]);
    else for (const next of imports.get(file) ?? []) visit(next, [...above, file]);
  };
  for (const file of files) visit(file, []);
  expect([...imports.values()].flat().length).toBeGreaterThan(20);
  expect(circles.filter((circle) => circle.some((name) => /^(edit|help)-/.test(name)))).toEqual([]);
});
