import { describe, expect, test } from 'vitest';
import { InterruptedError } from '../../src/errors/error.js';
import { editCatByLibrary, seen, until } from '../edit/harness.js';
import { sandbox } from '../support/sandbox.js';

describe('the library', () => {
  test('its signal cancels what is queued', async () => {
    const fal = await sandbox({ queueMs: 30_000 });
    const stop = new AbortController();
    const running = editCatByLibrary(fal.env, { signal: stop.signal });
    await until(seen(fal, 'stream'));
    stop.abort();
    const error = await running;
    expect(error).toBeInstanceOf(InterruptedError);
    expect([error?.charged, fal.ledger().accepted[0]!.state]).toEqual(['no', 'cancelled']);
  });

  test('a signal that was aborted before', async () => {
    const fal = await sandbox();
    const error = await editCatByLibrary(fal.env, { signal: AbortSignal.abort() });
    expect([error?.kind, error?.charged, fal.ledger().requests.total]).toEqual(['interrupted', 'no', 0]);
  });

  test.each([Infinity, 2 ** 40])('a timeout of %d ms is a long one', async (timeoutMs) => {
    const fal = await sandbox();
    expect(await editCatByLibrary(fal.env, { timeoutMs })).toBeUndefined();
  });

  test.each([
    ['an empty key is none', { FAL_KEY: '  ' }, 4],
    ['no key', {}, 4],
    ['a key with a blank', { FAL_KEY: 'id:sec\nret' }, 4],
  ])('%s', async (_, env, code) => {
    const error = await editCatByLibrary(env);
    expect([error?.exitCode, error?.charged]).toEqual([code, 'no']);
    expect(error?.message).not.toContain('ret');
  });

  test('a key of two halves is used', async () => {
    const fal = await sandbox({ key: 'id:secret' });
    const env = { FAL_KEY_ID: 'id', FAL_KEY_SECRET: 'secret', FAL_PROXY_URL: fal.proxyUrl };
    expect(await editCatByLibrary(env)).toBeUndefined();
  });

  test('a listener that throws does not stop an edit that is paid for', async () => {
    const fal = await sandbox();
    const onEvent = (): never => {
      throw new Error('a bug of the caller');
    };
    expect(await editCatByLibrary(fal.env, { onEvent })).toBeUndefined();
  });

  test('tells what happens, in order', async () => {
    const fal = await sandbox();
    const events: string[] = [];
    await editCatByLibrary(fal.env, { onEvent: ({ type }) => events.push(type) });
    const order = events.filter((type, index) => type !== 'log' && events.indexOf(type) === index);
    expect(order.filter((type) => type !== 'queued')).toEqual([
      'uploading',
      'uploaded',
      'submitting',
      'accepted',
      'running',
      'completed',
      'downloading',
      'saved',
    ]);
  });
});
