import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startSandbox, type Sandbox } from '../src/sandbox/server.js';
import { edit, type Case } from './commands/bad-input/case.js';
import { RANGES } from './commands/bad-input/ranges.js';
import { MODELS } from './commands/bad-input/models.js';
import { SET_FIELDS } from './commands/bad-input/set-fields.js';
import { PROMPTS_AND_STDIN } from './commands/bad-input/prompts.js';
import { COMMAND_LINE, CONTRADICTIONS } from './commands/bad-input/command-line.js';
import { OUTPUTS } from './commands/bad-input/outputs.js';
import { PICTURES } from './commands/bad-input/pictures-in.js';
import { CAPS } from './commands/bad-input/caps.js';
import { CONNECTION } from './commands/bad-input/connection.js';
import { SETTINGS } from './commands/bad-input/settings.js';
import { PNG } from './commands/bad-input/pictures.js';
import { runCli, type CliOptions } from './support/run-cli.js';
import { expectEachOnce } from './support/sandbox.js';
import { tempDir } from './support/temp-dir.js';

const CASES = [
  ...RANGES,
  ...MODELS,
  ...SET_FIELDS,
  ...PROMPTS_AND_STDIN,
  ...COMMAND_LINE,
  ...CONTRADICTIONS,
  ...OUTPUTS,
  ...PICTURES,
  ...CONNECTION,
  ...SETTINGS,
  ...CAPS,
];

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ queueMs: 0, inferenceMs: 0 });
});
afterEach(() => expectEachOnce(sandbox));
afterAll(() => sandbox.close());

test.each(CASES)('$name', async (one) => {
  const cwd = await tempDir();
  await writeFile(path.join(cwd, 'photo.png'), PNG);
  for (const [name, content] of Object.entries(one.files ?? {})) {
    await writeFile(path.join(cwd, name), content);
  }
  await one.setup?.(cwd);
  const before = await filesBelow(cwd);
  const asked = sandbox.ledger().requests.total;
  const options = optionsOf(one, cwd);

  const plain = await runCli(one.argv, options);
  expect({ code: plain.code, stdout: plain.stdout }, plain.stderr).toEqual({
    code: one.code ?? 2,
    stdout: '',
  });
  expectOneMessage(plain.stderr, one.says);

  // The sandbox command prints no documents.
  if (one.argv[0] !== 'sandbox') {
    const scripted = await runCli(['--json', ...one.argv], options);
    expect(scripted.code).toBe(one.code ?? 2);
    expect(scripted.json()).toMatchObject({
      schema_version: 1,
      status: 'error',
      error: { kind: one.kind ?? 'usage', charged: 'no' },
    });
    expectOneMessage(scripted.stderr, one.saysWithJson ?? one.says);
  }

  expect(sandbox.ledger().requests.total - asked, 'requests that reached fal').toBe(0);
  expect(await filesBelow(cwd)).toEqual(before);
});

test('a flag that both want: -o - --json', async () => {
  const cwd = await tempDir();
  await writeFile(path.join(cwd, 'photo.png'), PNG);
  const asked = sandbox.ledger().requests.total;
  const result = await runCli(edit('-o', '-', '--json'), optionsOf({}, cwd));
  expect(result.code).toBe(2);
  expect(result.json()).toMatchObject({ status: 'error', error: { kind: 'usage', charged: 'no' } });
  expectOneMessage(result.stderr, ['--output -', '--json']);
  expect(sandbox.ledger().requests.total - asked).toBe(0);
});

function optionsOf({ env, stdin, tty }: Partial<Case>, cwd: string): CliOptions {
  const all: Record<string, string | undefined> = {
    FAL_KEY: 'test-id:test-secret',
    FAL_PROXY_URL: sandbox.proxyUrl,
    NO_COLOR: '1',
    ...env,
  };
  const known = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return {
    cwd,
    env: Object.fromEntries(known) as Record<string, string>,
    ...(stdin === undefined ? {} : { stdin }),
    ...(tty === undefined ? {} : { tty }),
  };
}

/** One error, in one place, that says all of it. */
function expectOneMessage(stderr: string, says: readonly (string | RegExp)[]): void {
  const [first, ...more] = stderr.trimEnd().split('\n');
  expect(first).toMatch(/^error: \S/);
  for (const line of more) expect(line).toMatch(/^( {7}|hint: )/);
  expect(stderr).not.toContain('internal');
  for (const words of says) {
    if (typeof words === 'string') expect(stderr).toContain(words);
    else expect(stderr).toMatch(words);
  }
}

/** All but the ledger, which is asked whether a file that is in the way is the edit's own. */
async function filesBelow(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  return names.filter((name) => name !== '.home' && !name.startsWith(path.join('.home', 'state'))).sort();
}
