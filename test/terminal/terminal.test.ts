import { Writable } from 'node:stream';
import { describe, expect, it, test } from 'vitest';
import { FalEditError } from '../../src/errors/error.js';
import type { Output } from '../../src/context.js';
import { errorText } from '../../src/terminal/error-text.js';
import { harmless, harmlessLine } from '../../src/terminal/plain.js';
import { colourLevel, openTerminal } from '../../src/terminal/terminal.js';
import { bytesText, secondsText, usdText } from '../../src/units.js';
import { systemContext } from '../../src/context.js';

const stream = (isTTY: boolean, sink: string[] = []): Output =>
  Object.assign(
    new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        sink.push(chunk.toString());
        done();
      },
    }),
    { isTTY },
  );

async function open(
  options: { quiet?: boolean; debug?: boolean; tty?: boolean; env?: Record<string, string> } = {},
) {
  const { quiet = false, debug = false, tty = false, env = {} } = options;
  const out: string[] = [];
  const err: string[] = [];
  const context = {
    ...systemContext(new AbortController().signal),
    stdout: stream(tty, out),
    stderr: stream(tty, err),
    env,
  };
  const redact = (text: string) => text.replaceAll('secret', '[key]');
  const terminal = await openTerminal(context, {
    quiet,
    verbose: false,
    debug,
    noColor: false,
    sandbox: false,
    redact,
  });
  return { terminal, out, err };
}

describe('harmless', () => {
  test.each([
    ['plain text, größe 写真 🐱', 'plain text, größe 写真 🐱'],
    ['\u001b[31mred\u001b[0m', 'red'],
    ['\u001b]0;title\u0007text', 'text'],
    ['\u001b]8;;http://evil\u001b\\link\u001b]8;;\u001b\\', 'link'],
    ['over\rwritten', 'overwritten'],
    ['bell\u0007 back\b null\0', 'bell back null'],
    ['c1 \u009b31m', 'c1 '],
    ['gpj.\u202egnp', 'gpj.gnp'],
    ['isolate \u2066x\u2069', 'isolate x'],
    ['lines\r\nand\ttabs\n', 'lines\nand\ttabs\n'],
  ])('%j', (text, shown) => {
    expect(harmless(text)).toBe(shown);
  });

  it('is what every result is on a terminal, and none in a pipe; JSON is escaped', async () => {
    const onTerminal = await open({ tty: true });
    onTerminal.terminal.result('a\u001b[2Jb.png');
    onTerminal.terminal.json({ a: '\u009b2J\u001b[2J\u202e' });
    expect(onTerminal.out.join('')).toBe('ab.png\n{\n  "a": "\\u009b2J\\u001b[2J\\u202e"\n}\n');
    const inPipe = await open();
    inPipe.terminal.result('a\u001b[2Jb.png');
    expect(inPipe.out.join('')).toBe('a\u001b[2Jb.png\n');
  });

  it('makes one line of several, and cuts it', () => {
    expect(harmlessLine(' a\n  b\tc ')).toBe('a b c');
    expect(harmlessLine('x'.repeat(50), 10)).toBe(`${'x'.repeat(9)}…`);
  });
});

describe('colour', () => {
  test.each<[Record<string, string>, boolean, boolean, number]>([
    [{}, false, false, 0],
    [{}, true, false, 1],
    [{ TERM: 'xterm-256color' }, true, false, 2],
    [{ COLORTERM: 'truecolor' }, true, false, 3],
    [{ NO_COLOR: '1' }, true, false, 0],
    [{ NO_COLOR: '' }, true, false, 1],
    [{ TERM: 'dumb' }, true, false, 0],
    [{}, true, true, 0],
    [{ FORCE_COLOR: '1' }, false, false, 1],
    [{ FORCE_COLOR: '3' }, false, false, 3],
    [{ FORCE_COLOR: '' }, false, false, 1],
    [{ FORCE_COLOR: '0' }, true, false, 0],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, true, false, 0],
    [{ FORCE_COLOR: '1' }, true, true, 0],
  ])('%j, terminal %j, --no-color %j: level %i', (env, tty, noColor, level) => {
    expect(colourLevel(stream(tty), env, noColor)).toBe(level);
  });
});

describe('the spinner turns', () => {
  test.each([
    [{ tty: true }, true],
    [{ tty: false }, false],
    [{ tty: true, env: { CI: 'true' } }, false],
    [{ tty: true, env: { CI: 'false' } }, true],
    [{ tty: true, env: { TERM: 'dumb' } }, false],
    [{ tty: true, quiet: true }, false],
    [{ tty: true, debug: true }, false],
  ])('%j: %j', async (options, animated) => {
    expect((await open(options)).terminal.animated).toBe(animated);
  });
});

describe('streams', () => {
  it('results and documents go to stdout, all else to stderr, none of it with the key', async () => {
    const { terminal, out, err } = await open();
    terminal.result('secret.png');
    terminal.json({ key: 'secret' });
    terminal.note('a secret\u001b[2J note');
    terminal.warn('secret');
    terminal.error('error: secret');
    expect(out).toEqual(['[key].png\n', '{\n  "key": "[key]"\n}\n']);
    expect(err).toEqual(['a [key] note\n', 'warning: [key]\n', 'error: [key]\n']);
  });

  it('--quiet leaves results and errors', async () => {
    const { terminal, out, err } = await open({ quiet: true });
    terminal.note('note');
    terminal.warn('warning');
    terminal.error('error');
    terminal.result('path');
    expect({ out, err }).toEqual({ out: ['path\n'], err: ['error\n'] });
  });
});

describe('errors for people', () => {
  it('say what happened, what it may have cost, what to do', async () => {
    const { terminal } = await open();
    const error = new FalEditError('unknown', 'First.\nSecond \u001b[2J.', {
      charged: 'maybe',
      hint: 'Look.',
    });
    expect(errorText(error, terminal)).toBe('error: First.\n       Second .\ncharged: maybe\nhint: Look.');
    expect(errorText(new FalEditError('usage', 'No.'), terminal)).toBe('error: No.');
  });

  it('with --debug the stack and what lies underneath', async () => {
    const { terminal } = await open({ debug: true });
    const text = errorText(new FalEditError('usage', 'No.', { origin: new Error('below') }), terminal);
    expect(text).toMatch(/error: No\.\n.*FalEditError: No\.\n\s+at /);
    expect(text).toContain('origin: Error: below');
  });
});

test.each([
  [bytesText(0), '0 B'],
  [bytesText(999), '999 B'],
  [bytesText(1000), '1.0 kB'],
  [bytesText(92_480), '92.5 kB'],
  [bytesText(1_234_567), '1.2 MB'],
  [bytesText(999_999), '1.0 MB'],
  [bytesText(5e12), '5000 GB'],
  [usdText(0.075), '$0.075'],
  [usdText(0), '$0.00'],
  [usdText(1.5), '$1.50'],
  [secondsText(69), '69 ms'],
  [secondsText(1_234), '1.2 s'],
  [secondsText(59_990), '60.0 s'],
])('%s is %s', (shown, expected) => {
  expect(shown).toBe(expected);
});
