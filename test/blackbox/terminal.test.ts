/* What people see: the built program on a terminal of its own, made by `script` of util-linux. */
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { folderWithPhoto, leftIn, until } from '../edit/harness.js';
import { sandbox } from '../support/sandbox.js';
import { Screen } from '../terminal/screen.js';
import { BIN, QUICK, run, spawned, type SpawnOptions, type Spawned } from './spawned.js';

/** BSD's `script` takes other arguments, and small images have none. */
const hasTerminal = String(spawnSync('script', ['--version']).stdout).includes('util-linux');

/** Makes the edit, then fails for want of a picture: a spinner first, then an error in red. */
const FAILING = { ...QUICK, FAL_EDIT_TOXIC: 'no_images,on=result' };
const EDIT = ['cat.png', '-p', 'snow', '-o', 'out.png'];

const CURSOR_OFF = '\u001b[?25l';
const CURSOR_ON = '\u001b[?25h';
/** The end of a sequence that sets a colour or a weight. */
const COLOUR = /\[\d+m/;

/** Runs the program on a terminal that wide. What it writes, to either stream, comes out of `stdout`. */
function onTerminal(argv: readonly string[], options: SpawnOptions, columns = 80): Spawned {
  const command = [process.execPath, BIN, ...argv].map((word) => `'${word}'`).join(' ');
  const env = { TERM: 'xterm', SHELL: '/bin/sh', ...options.env };
  const line = `stty cols ${columns} rows 24; exec ${command}`;
  return spawned('script', ['--quiet', '--return', '--command', line, '/dev/null'], { ...options, env });
}

/** Breaks the program when it says that the edit runs, in two places. */
const BREAKS = `
const { stderr } = process;
const write = stderr.write.bind(stderr);
let isWhole = true;
stderr.write = (text, ...more) => {
  if (isWhole && /running/.test(text)) {
    isWhole = false;
    for (let place = 0; place < 2; place++) setImmediate(() => { throw new Error('left over'); });
  }
  return write(text, ...more);
};
`;

/** What a person sees in the end: nothing of a spinner, and the error on a line of its own. */
function expectCleanError(written: string, error: RegExp): void {
  const screen = new Screen();
  screen.write(written);
  const lines = screen.shown();
  expect(lines.filter((line) => line.includes('error:'))).toEqual([expect.stringMatching(error)]);
  // Its frames are patterns of Braille.
  expect(lines.join('\n')).not.toMatch(/[\u2800-\u28ff]/);
}

describe.skipIf(!hasTerminal)('on a terminal', () => {
  test.each<[string, Record<string, string>, string[], { spinner: boolean; colour: boolean }]>([
    ['nothing said', {}, [], { spinner: true, colour: true }],
    ['NO_COLOR', { NO_COLOR: '1' }, [], { spinner: true, colour: false }],
    ['--no-color', {}, ['--no-color'], { spinner: true, colour: false }],
    ['FORCE_COLOR=0', { FORCE_COLOR: '0' }, [], { spinner: true, colour: false }],
    ['CI', { CI: '1' }, [], { spinner: false, colour: true }],
    ['TERM=dumb', { TERM: 'dumb' }, [], { spinner: false, colour: false }],
    ['--quiet', {}, ['--quiet'], { spinner: false, colour: true }],
  ])('%s', async (_, env, flags, { spinner, colour }) => {
    const cwd = await folderWithPhoto();
    const argv = [...EDIT, '--sandbox', ...flags];
    const { code, stdout } = await onTerminal(argv, { cwd, env: { ...FAILING, ...env } }).ended;
    expectCleanError(stdout, /^error: .* contains no picture\.$/);
    expect({ code, spinner: stdout.includes(CURSOR_OFF), colour: COLOUR.test(stdout) }).toEqual({
      code: 1,
      spinner,
      colour,
    });
    expect(stdout.lastIndexOf(CURSOR_ON)).toBeGreaterThanOrEqual(stdout.lastIndexOf(CURSOR_OFF));
  });

  test('0 columns wide: plain lines', async () => {
    const cwd = await folderWithPhoto();
    const { code, stdout } = await onTerminal([...EDIT, '--sandbox'], { cwd, env: QUICK }, 0).ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(/^out\.png\r?$/m);
    expect(stdout).not.toContain(CURSOR_OFF);
    expect(await leftIn(cwd)).toEqual(['out.png']);
  });

  test('Ctrl-C while the spinner turns: what runs is left, and the cursor comes back', async () => {
    const fal = await sandbox({ inferenceMs: 30_000 });
    const edit = onTerminal(EDIT, { cwd: await folderWithPhoto(), env: fal.env, stdin: 'open' });
    await until(() => / running/.test(edit.stdout()));
    edit.process.stdin?.write('\u0003');
    const { code, stdout } = await edit.ended;
    expect(code).toBe(130);
    expect(stdout).toContain(`Request ${fal.ledger().accepted[0]!.request_id} is running at fal`);
    expect(fal.ledger().requests.by_role.cancel).toBeUndefined();
    expect(stdout.lastIndexOf(CURSOR_ON)).toBeGreaterThan(stdout.lastIndexOf(CURSOR_OFF));
  });

  test('a second Ctrl-C, which leaves at once, brings the cursor back as well', async () => {
    const fal = await sandbox({ queueMs: 30_000, toxics: [{ type: 'timeout', on: 'cancel' }] });
    const edit = onTerminal(EDIT, { cwd: await folderWithPhoto(), env: fal.env, stdin: 'open' });
    await until(() => / queued/.test(edit.stdout()));
    edit.process.stdin?.write('\u0003');
    await until(() => (fal.ledger().requests.by_role.cancel ?? 0) > 0);
    edit.process.stdin?.write('\u0003');
    const { code, stdout } = await edit.ended;
    expect(code).toBe(130);
    expect(stdout.lastIndexOf(CURSOR_ON)).toBeGreaterThan(stdout.lastIndexOf(CURSOR_OFF));
  });

  test('a bug that nobody caught while the spinner turns: it is told once, on a line of its own', async () => {
    const fal = await sandbox({ inferenceMs: 30_000 });
    const hook = `--import=data:text/javascript,${encodeURIComponent(BREAKS)}`;
    const options = { cwd: await folderWithPhoto(), env: { ...fal.env, NODE_OPTIONS: hook } };
    const { code, stdout } = await onTerminal(EDIT, options).ended;
    expect(code).toBe(70);
    expectCleanError(stdout, /^error: This is a bug in fal-edit: left over\.$/);
    expect(stdout.lastIndexOf(CURSOR_ON)).toBeGreaterThan(stdout.lastIndexOf(CURSOR_OFF));
  });

  test('-o - is refused: a terminal cannot show a picture', async () => {
    const argv = ['cat.png', '-p', 'snow', '--sandbox', '-o', '-'];
    const { code, stdout } = await onTerminal(argv, { cwd: await folderWithPhoto(), env: QUICK }).ended;
    expect(code).toBe(2);
    expect(stdout).toContain('refusing to write a picture to a terminal');
  });
});

describe('on a pipe', () => {
  test.each<[Record<string, string>, boolean]>([
    [{}, false],
    [{ TERM: 'xterm-256color', COLORTERM: 'truecolor' }, false],
    [{ FORCE_COLOR: '1' }, true],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, false],
  ])('%j: colours %j, and no spinner', async (env, colour) => {
    const options = { cwd: await folderWithPhoto(), env: { ...FAILING, ...env } };
    const { stderr } = await run([...EDIT, '--sandbox'], options);
    expect({ spinner: stderr.includes(CURSOR_OFF), colour: COLOUR.test(stderr) }).toEqual({
      spinner: false,
      colour,
    });
  });
});
