/* The action on a checkout that a stranger has written: what its settings files ask for is refused, never trusted. */
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { folderWithPhoto } from '../edit/harness.js';
import { httpServer } from '../fal/servers.js';
import { readYaml, type Action } from '../report/action-file.js';
import { ROOT } from '../support/build.js';
import { sandbox } from '../support/sandbox.js';

const { steps } = readYaml<Action>('action.yml').content.runs;
const SCRIPTS = steps.flatMap(({ name, run }) => (run === undefined ? [] : [{ name, run }]));

test.each<[string, Record<string, string>, RegExp]>([
  ['.env names a proxy', { '.env': 'FAL_PROXY_URL=THEIRS\n' }, /FAL_PROXY_URL .*is refused/],
  [
    'the settings file pays again without asking',
    { 'fal-edit.config.json': '{"again": true, "yes": true}' },
    /"(again|yes)" in .* is refused/,
  ],
  [
    'the settings file writes elsewhere',
    { 'fal-edit.config.json': '{"output": "../../stolen-{id}.png"}' },
    /"output" in .* is refused/,
  ],
  [
    'and says that it is to be trusted',
    { '.env': 'FAL_EDIT_TRUST_PROJECT=1\nFAL_PROXY_URL=THEIRS\n' },
    /FAL_EDIT_TRUST_PROJECT .*is refused/,
  ],
])('%s', async (_, files, refusal) => {
  const theirs = await httpServer((__, response) => void response.writeHead(500).end());
  const fal = await sandbox();
  const home = await folderWithPhoto();
  const cwd = path.join(home, 'checkout');
  await mkdir(cwd);
  for (const [name, text] of Object.entries(files)) {
    await writeFile(path.join(cwd, name), text.replace('THEIRS', `${theirs.url}/fal`));
  }
  await writeFile(path.join(cwd, 'rows.jsonl'), '{"id":"a","image":"../cat.png","prompt":"snow"}\n');
  const output = path.join(home, 'output');
  await writeFile(output, '');
  const before = await readdir(home);
  const env = {
    ...{ PATH: process.env['PATH'], HOME: home, CI: 'true', GITHUB_ACTIONS: 'true' },
    ...{ GITHUB_ACTION_PATH: ROOT, GITHUB_OUTPUT: output },
    ...{ MANIFEST: 'rows.jsonl', OUT_DIR: 'out', ARGS: '', SHARD: '', MAX_COST: '', JUNIT: '', NAME: '' },
    ...{ KEY: fal.env['FAL_KEY'] ?? 'id:secret', RESTORED: '' },
  };
  const codes: number[] = [];
  let said = '';
  for (const { run } of SCRIPTS) {
    await new Promise<void>((resolve) => {
      const options = { cwd, env };
      const argv = ['--noprofile', '--norc', '-eo', 'pipefail', '-c', run];
      execFile('bash', argv, options, (error, stdout, stderr) => {
        codes.push(error === null ? 0 : Number(error.code));
        said += stdout.replace(/^::add-mask::.*$/m, '') + stderr;
        resolve();
      });
    });
  }
  expect(codes, said).toEqual([0, 0, 0, 2]);
  expect(said).toMatch(refusal);
  expect(said).not.toContain(env.KEY);
  expect(await readFile(output, 'utf8')).toMatch(/^exit-code<<(\S+)\n2\n\1$/m);
  expect((await readdir(home)).filter((name) => !before.includes(name) && !name.startsWith('.'))).toEqual([]);
  expect([theirs.visits, fal.ledger().accepted]).toEqual([[], []]);
});
