import { expect, test } from 'vitest';
import { folderWithPhoto, leftIn } from '../../edit/harness.js';
import { runCli } from '../../support/run-cli.js';
import { schemaFile } from '../../support/schemas.js';

const edit = async (endpoint: string, ...flags: string[]) => {
  const cwd = await folderWithPhoto();
  const schema = ['--schema', schemaFile(endpoint), '--sandbox'];
  return { cwd, ...(await runCli(['cat.png', '-m', endpoint, ...schema, ...flags], { cwd })) };
};

test.each([
  ['its own ending', 'out.png', 'out.png'],
  ['another one', 'out.jpg', 'out.jpg'],
])('a model without a choice of formats takes a name with %s', async (_, name, saved) => {
  const { code, stdout, stderr, cwd } = await edit('acme/backdrop', '-o', name);
  expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: `${saved}\n` });
  expect(await leftIn(cwd)).toContain(saved);
  if (name.endsWith('.jpg')) expect(stderr).toMatch(/png/i);
});

test('too many pictures for an upscaler name the batch, not another model', async () => {
  const { code, stderr } = await edit('acme/upscale', '-i', 'cat.png');
  expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.not.stringContaining('-m flux') });
});
