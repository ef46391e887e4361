/* What the pages show was really said by the program, and their tables are made from it: npm run docs writes both anew. */
import { cp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { withBlocks } from '../../scripts/docs/blocks.js';
import { tempDir } from '../support/temp-dir.js';
import { cutAs, masked, shownCommands, withOutputs } from './markdown.js';
import { pageNames, readPage, ROOT, WRITE } from './pages.js';
import { Shell } from './shell.js';

/** The sandbox waits and draws as little as it can, but where the pages show how long an edit takes, or measure it. */
const quick = (name: string): Record<string, string> => ({
  FAL_EDIT_QUEUE_TIME: '1ms',
  FAL_EDIT_INFERENCE_TIME: '50ms',
  ...(name === 'docs/choosing.md' ? {} : { FAL_EDIT_PICTURES: 'plain' }),
});

// The tables first: where they grow, what is below them moves.
if (WRITE) {
  for (const name of await pageNames())
    await writeFile(path.join(ROOT, name), withBlocks(await readPage(name)));
}

const SHOWN = await Promise.all(
  (await pageNames()).map(async (name) => ({ name, commands: shownCommands(await readPage(name)) })),
);

test('the tables of the pages are what the code says (npm run docs)', async () => {
  for (const name of await pageNames()) {
    const page = await readPage(name);
    expect(page, name).toBe(withBlocks(page));
  }
});

test('the README leads with the two commands, and is short', async () => {
  const readme = await readPage('README.md');
  expect(readme).toContain(
    'npm ci && npx fal-edit examples/chelsea.png -p "turn it into a watercolor" --sandbox\n',
  );
  expect(readme).toContain('npm ci && npm test\n');
  expect(readme.split('\n').length).toBeLessThanOrEqual(221);
});

test.each(SHOWN.filter(({ commands }) => commands.length > 0))(
  'the commands of $name say what it shows',
  { timeout: 120_000 },
  async ({ name, commands }) => {
    const folder = await tempDir();
    await cp(path.join(ROOT, 'examples'), path.join(folder, 'examples'), { recursive: true });
    const shell = new Shell(folder, WRITE ? {} : quick(name));
    onTestFinished(() => shell.end());
    const fresh = [];
    for (const shown of commands) {
      const said = await shell.run(shown.command);
      const { output } = shown;
      if (output === undefined) continue;
      const cut = cutAs(output, said);
      const isSame = masked(cut) === masked(output);
      fresh.push({ shown, output: isSame ? output : cut });
      if (!WRITE) expect(`$ ${shown.command}\n${masked(cut)}`).toBe(`$ ${shown.command}\n${masked(output)}`);
    }
    expect(shell.left, 'what the page leaves behind').toEqual([]);
    if (WRITE) await writeFile(path.join(ROOT, name), withOutputs(await readPage(name), fresh));
  },
);
