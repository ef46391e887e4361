import { PassThrough } from 'node:stream';
import { describe, expect, it, test } from 'vitest';
import { InterruptedError } from '../../src/errors/error.js';
import { canAsk, confirm } from '../../src/terminal/confirm.js';
import { Screen } from './screen.js';

/** A question that was asked, and the keyboard to answer it with. */
function asked(signal = new AbortController().signal) {
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  const stderr = new Screen();
  return { answer: confirm('Continue?', { stdin, stderr, signal }), stdin, stderr };
}

describe('who can be asked', () => {
  const stream = (isTTY: boolean | undefined) =>
    Object.assign(new PassThrough(), isTTY === undefined ? {} : { isTTY });

  test.each([
    [true, true, true],
    [true, false, false],
    [false, true, false],
    [undefined, true, false],
    [true, undefined, false],
  ])('stdin a terminal: %s, stderr a terminal: %s → %s', (stdin, stderr, expected) => {
    expect(canAsk({ stdin: stream(stdin), stderr: stream(stderr) })).toBe(expected);
  });
});

describe('a question', () => {
  test.each([
    ['y', true],
    ['Y', true],
    ['yes', true],
    ['YES', true],
    ['  y  ', true],
    ['n', false],
    ['no', false],
    ['', false],
    ['yep', false],
    ['ya', false],
    ['y y', false],
    ['j', false],
    ['1', false],
    ['true', false],
  ])('answered with %j is %s', async (line, expected) => {
    const { answer, stdin } = asked();
    stdin.write(`${line}\n`);
    expect(await answer).toBe(expected);
  });

  it('stands on stderr with what can be answered, and stays there', async () => {
    const { answer, stdin, stderr } = asked();
    expect(stderr.shown()).toEqual(['Continue? [y/N]']);
    stdin.write('y\n');
    await answer;
    expect(stderr.shown()[0]).toContain('Continue? [y/N]');
  });

  it('takes a line that comes with the return of another system', async () => {
    const { answer, stdin } = asked();
    stdin.write('y\r\n');
    expect(await answer).toBe(true);
  });

  it('takes the first line alone', async () => {
    const { answer, stdin } = asked();
    stdin.write('n\ny\n');
    expect(await answer).toBe(false);
  });

  it('is answered with no by whoever leaves without an answer (Ctrl-D)', async () => {
    const { answer, stdin } = asked();
    stdin.end();
    expect(await answer).toBe(false);
  });

  it('is answered with no where stdin breaks', async () => {
    const { answer, stdin } = asked();
    stdin.destroy();
    expect(await answer).toBe(false);
  });

  it('leaves Ctrl-C to the system: the terminal is not taken over', () => {
    let isRaw = false;
    const stdin = Object.assign(new PassThrough(), {
      isTTY: true,
      setRawMode: (on: boolean) => {
        isRaw ||= on;
        return stdin;
      },
    });
    const stop = new AbortController();
    const answer = confirm('Continue?', { stdin, stderr: new Screen(), signal: stop.signal });
    stop.abort(new InterruptedError('SIGINT'));
    return expect(answer)
      .rejects.toBeInstanceOf(InterruptedError)
      .then(() => expect(isRaw).toBe(false));
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('ends with the reason of %s', async (signal) => {
    const stop = new AbortController();
    const reason = new InterruptedError(signal);
    const { answer } = asked(stop.signal);
    stop.abort(reason);
    await expect(answer).rejects.toBe(reason);
  });

  it('is not asked at all once the run is interrupted', async () => {
    const stop = new AbortController();
    const reason = new InterruptedError('SIGINT');
    stop.abort(reason);
    const { answer } = asked(stop.signal);
    await expect(answer).rejects.toBe(reason);
  });

  it('lets go of the keyboard', async () => {
    const { answer, stdin } = asked();
    stdin.write('y\n');
    await answer;
    expect(stdin.isPaused()).toBe(true);
    expect(stdin.listenerCount('keypress')).toBe(0);
  });
});
