import { readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { withReference } from '../scripts/readme-reference.js';
import { runCli } from './support/run-cli.js';
import { tempDir } from './support/temp-dir.js';

const README = new URL('../README.md', import.meta.url);

test('the reference in the README is what the code says (npm run readme)', async () => {
  const readme = await readFile(README, 'utf8');
  const fresh = withReference(readme);
  if (process.env['README'] === 'write') await writeFile(README, fresh);
  else expect(readme).toBe(fresh);
});

test('the README leads with the two commands', async () => {
  const readme = await readFile(README, 'utf8');
  expect(readme).toContain(
    'npm ci && npx fal-edit examples/chelsea.png -p "turn it into a watercolor" --sandbox\n',
  );
  expect(readme).toContain('npm ci && npm test\n');
});

test('every fal-edit command that the README shows is understood', async () => {
  const readme = await readFile(README, 'utf8');
  const commands = [...readme.matchAll(/^\$ fal-edit (examples\/.+)$/gm)].map(([, line = '']) => line);
  expect(commands.length).toBeGreaterThan(3);
  for (const line of commands) {
    const argv = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
    const absolute = argv.map((word) =>
      word.startsWith('examples/') ? new URL(`../${word}`, import.meta.url).pathname : word,
    );
    const { code, stderr } = await runCli([...absolute, '--dry-run', '--quiet'], { cwd: await tempDir() });
    const expected = line.includes('--steps 99') || line.includes('flux-2-lora --strength') ? 2 : 0;
    expect({ line, code, stderr: expected === 0 ? stderr : '' }).toEqual({
      line,
      code: expected,
      stderr: '',
    });
  }
});
