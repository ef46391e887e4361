import { expect, it } from 'vitest';
import { folderWithPhoto } from '../../edit/harness.js';
import { runCli } from '../../support/run-cli.js';
import { schemaFile } from '../../support/schemas.js';

it('varies a field of a model that takes neither prompt nor seed', async () => {
  const cwd = await folderWithPhoto();
  const { code, json, stderr } = await runCli(
    [
      ...['sweep', 'cat.png', '-m', 'acme/upscale', '--vary', 'upscale_factor=1,2', '-d', 'out'],
      ...['--schema', schemaFile('acme/upscale'), '--sandbox', '--json'],
    ],
    { cwd },
  );
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(json()).toMatchObject({ status: 'ok', sandbox: true, states: { done: 2 } });
});

it('varies a field by a role, with seeds', async () => {
  const cwd = await folderWithPhoto();
  const { code, stdout, stderr } = await runCli(
    [
      ...['sweep', 'cat.png', '-p', 'from the left', '-m', 'acme/relight', '--set', 'light_type=sun'],
      ...['--vary', 'strength=0.2,0.6', '--seeds', '2', '-d', 'out'],
      ...['--schema', schemaFile('acme/relight'), '--sandbox'],
    ],
    { cwd },
  );
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stdout.match(/^0\.[26]\t/gm)).toHaveLength(4);
});
