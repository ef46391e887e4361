import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, afterAll, expect, test } from 'vitest';
import type { Ledger } from '../../src/ledger/ledger.js';
import { startSandbox, type Sandbox } from '../../src/sandbox/server.js';
import { OUTPUT, intend, jobIn, plan } from '../ledger/machine.js';
import { openLedgerIn, stateIn } from '../support/ledger.js';
import { runCli } from '../support/run-cli.js';
import { tempDir } from '../support/temp-dir.js';

/** One way to get it wrong. In `argv`, A and B stand for two jobs that fal has: requests abcd1111… and abcd2222… */
interface Case {
  name: string;
  argv: string[];
  says: (string | RegExp)[];
  env?: Record<string, string>;
  setup?: (ledger: Ledger, cwd: string) => unknown;
  tty?: boolean;
  /** 2 unless given. */
  code?: number;
  /** Not "usage" or "input". */
  kind?: string;
}

const A = 'abcd1111-0000-4000-8000-000000000000';
const B = 'abcd2222-0000-4000-8000-000000000000';

const ASKING = ['status', 'wait', 'result', 'cancel'];
const each = (makeOne: (command: string) => Case): Case[] => ASKING.map(makeOne);

const CASES: Case[] = [
  ...each((command) => ({
    name: `${command} without an id`,
    argv: [command],
    says: ['<id> is missing', 'fal-edit requests'],
  })),
  ...each((command) => ({
    name: `${command}: an id that nobody knows`,
    argv: [command, 'fedc9876'],
    says: ['"fedc9876" is not in the ledger', '--model'],
  })),
  ...each((command) => ({
    name: `${command}: the empty id`,
    argv: [command, ''],
    says: ['too short', '4 characters'],
  })),
  ...each((command) => ({
    name: `${command}: an id that is too short`,
    argv: [command, 'abc'],
    says: ['"abc" is too short'],
  })),
  ...each((command) => ({
    name: `${command}: a beginning of two`,
    argv: [command, 'abcd'],
    says: ['"abcd" matches several', A, B, 'Give more characters'],
  })),
  ...each((command) => ({
    name: `${command}: no id of fal's form, though a model is named`,
    argv: [command, '../../../x/y', '--model', 'flux-general'],
    says: ['not a valid request id'],
  })),
  ...each((command) => ({
    name: `${command}: escape sequences in an id`,
    argv: [command, '\u001b[31mabcdefgh\u001b[0m'],
    says: ['"abcdefgh"'],
  })),
  ...each((command) => ({
    name: `${command}: a model that there is not`,
    argv: [command, 'fedc9876', '-m', 'flux-genral'],
    says: ['--model', '"flux-genral"', 'Did you mean flux-general'],
  })),
  ...each((command) => ({
    name: `${command}: no key`,
    argv: [command, 'abcd1'],
    env: { FAL_PROXY_URL: '', FAL_KEY: '' },
    code: 4,
    kind: 'auth',
    says: ['FAL_KEY is not set'],
  })),
  ...each((command) => ({
    name: `${command} --sandbox`,
    argv: [command, 'abcd1', '--sandbox'],
    says: ["Unknown option '--sandbox'"],
  })),
  ...['requests', 'costs'].map((command) => ({
    name: `${command} with an id`,
    argv: [command, 'abcd1'],
    says: [/got 1\.\n/],
  })),
  { name: 'last of nothing', argv: ['wait', 'last'], setup: () => 'empty', says: ['There is no edit'] },
  { name: 'result of two', argv: ['result', 'abcd1', 'abcd2'], says: ['Name one request', 'not 2'] },
  {
    name: 'wait: ids and --unfinished',
    argv: ['wait', 'abcd1', '--unfinished'],
    says: ['--unfinished', 'Use one of them'],
  },
  {
    name: 'wait: several into one file',
    argv: ['wait', 'abcd1', 'abcd2', '-o', 'x.png'],
    says: ['--output', A, B, '{request_id}'],
  },
  {
    name: 'wait: several over each other in a folder',
    argv: ['wait', 'abcd1', 'abcd2', '-o', 'out/', '--force'],
    says: ['--output', 'cat.edit.png', '{request_id}'],
  },
  {
    name: 'wait: several to stdout',
    argv: ['wait', 'abcd1', 'abcd2', '-o', '-'],
    says: ['--output -', 'one picture'],
  },
  {
    name: 'wait: a picture to a terminal',
    argv: ['wait', 'abcd1', '-o', '-'],
    tty: true,
    says: ['--output -', 'terminal'],
  },
  {
    name: 'wait: another format',
    argv: ['wait', 'abcd1', '-o', 'x.jpg'],
    says: ['x.jpg', 'jpeg', 'png', 'Name it x.png'],
  },
  {
    name: 'wait: a format of no model',
    argv: ['wait', 'abcd1', '-o', 'x.gif'],
    says: ['x.gif', 'does not make gif'],
  },
  {
    name: 'wait: an unknown placeholder',
    argv: ['wait', 'abcd1', '-o', '{id}.png'],
    says: ['{id}', '{request_id}'],
  },
  {
    name: 'wait: a name that is taken',
    argv: ['wait', 'abcd1', '-o', 'mine.png'],
    setup: (_, cwd) => writeFile(path.join(cwd, 'mine.png'), 'mine'),
    says: ['mine.png already exists', '--force'],
  },
  {
    name: 'wait: no time',
    argv: ['wait', 'abcd1', '--timeout', 'soon'],
    says: ['--timeout', '"soon"', '30s'],
  },
  {
    name: 'requests: no state',
    argv: ['requests', '--state', 'saved,sved'],
    says: ['--state', '"sved"', 'Did you mean saved'],
  },
  {
    name: 'requests: an empty state',
    argv: ['requests', '--state', ''],
    says: ['--state', '""', 'planned, intent'],
  },
  {
    name: 'requests: no time',
    argv: ['requests', '--since', '2026'],
    says: ['--since', '"2026"', '2h', 'today'],
  },
  {
    name: 'requests: no time in a variable',
    argv: ['requests'],
    env: { FAL_EDIT_SINCE: 'ages' },
    says: ['FAL_EDIT_SINCE', '"ages"'],
  },
  { name: 'requests: no number', argv: ['requests', '--limit', '0'], says: ['--limit', '"0"', '1 to'] },
  { name: 'requests: half a number', argv: ['requests', '--limit', '2.5'], says: ['--limit', '"2.5"'] },
  { name: 'requests: no model', argv: ['requests', '-m', 'flux'], says: ['--model', '"flux"'] },
  {
    name: 'requests: quiet and verbose',
    argv: ['requests', '-q', '-v'],
    says: ['--quiet', '--verbose', 'Give one'],
  },
  { name: 'costs: no grouping', argv: ['costs', '--by', 'week'], says: ['--by', '"week"', 'model or day'] },
  { name: 'costs: no time', argv: ['costs', '--since', '2026-02-30'], says: ['--since', '"2026-02-30"'] },
  ...['requests', 'costs', ...ASKING].map((command) => ({
    name: `${command}: the state directory is a file`,
    argv: ASKING.includes(command) ? [command, 'abcd1'] : [command],
    env: { FAL_EDIT_STATE_DIR: 'a-file' },
    setup: (_: Ledger, cwd: string) => writeFile(path.join(cwd, 'a-file'), ''),
    says: ['a-file', 'its folder is a file', 'FAL_EDIT_STATE_DIR'],
  })),
];

let fal: Sandbox;
beforeAll(async () => {
  fal = await startSandbox();
});
afterAll(() => fal.close());

test.each(CASES)('$name', async ({ argv, says, env, setup, tty, code = 2, kind }) => {
  const cwd = await tempDir();
  const ledger = await openLedgerIn(stateIn(cwd));
  if ((await setup?.(ledger, cwd)) !== 'empty') {
    for (const requestId of [A, B]) {
      const id = plan(ledger, { via: fal.proxyUrl, output: { ...OUTPUT, cwd } });
      intend(ledger, id);
      ledger.accept(id, requestId);
    }
  }
  const options = {
    cwd,
    env: { FAL_KEY: 'test-id:test-secret', FAL_PROXY_URL: fal.proxyUrl, NO_COLOR: '1', ...env },
    ...(tty === undefined ? {} : { tty }),
  };
  const asked = fal.ledger().requests.total;
  const plain = await runCli(argv, options);
  expect({ code: plain.code, stdout: plain.stdout }, plain.stderr).toEqual({ code, stdout: '' });
  expect(plain.stderr).toMatch(/^error: \S/);
  // eslint-disable-next-line no-control-regex -- what must not be there
  expect(plain.stderr).not.toMatch(/\u001b|internal/);
  for (const words of says) {
    if (typeof words === 'string') expect(plain.stderr).toContain(words);
    else expect(plain.stderr).toMatch(words);
  }
  const scripted = await runCli([...argv, '--json'], options);
  expect(scripted.code).toBe(code);
  expect(scripted.json()).toMatchObject({
    status: 'error',
    error: { kind: kind ?? expect.stringMatching(/^(usage|input)$/) },
  });
  expect(fal.ledger().requests.total - asked, 'requests that reached fal').toBe(0);
});

test('a job of the built-in sandbox is at nobody any more', async () => {
  const cwd = await tempDir();
  const ledger = await openLedgerIn(stateIn(cwd));
  for (const command of ['wait', 'result', 'cancel']) {
    const { id } = jobIn(ledger, 'accepted', { via: 'sandbox' });
    const result = await runCli([command, id], { cwd });
    expect({ code: result.code, stdout: result.stdout }, result.stderr).toEqual({ code: 2, stdout: '' });
    expect(result.stderr).toContain('Nothing was charged');
  }
});
