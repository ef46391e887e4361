import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { lightFetch } from '../../src/light-fetch.js';
import { withTimeLimit } from '../../src/deadline.js';
import { tcpServer } from './servers.js';

const never = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });

describe('withTimeLimit', () => {
  test('passes on what comes in time', async () => {
    const signal = new AbortController().signal;
    expect(await withTimeLimit(1000, signal, () => Promise.resolve(7))).toBe(7);
    await expect(withTimeLimit(1000, signal, () => Promise.reject(new Error('x')))).rejects.toThrow('x');
  });

  test('ends what takes longer with a TimeoutError', async () => {
    const signal = new AbortController().signal;
    await expect(withTimeLimit(10, signal, never)).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  test("ends it with the outer signal's reason", async () => {
    const stop = new AbortController();
    const running = withTimeLimit(10_000, stop.signal, never);
    const reason = new Error('enough');
    stop.abort(reason);
    await expect(running).rejects.toBe(reason);
    await expect(withTimeLimit(10_000, stop.signal, never)).rejects.toBe(reason);
  });

  test('holds though garbage is collected meanwhile', async () => {
    setFlagsFromString('--expose_gc');
    const collect = runInNewContext('gc') as () => void;
    const { port } = await tcpServer(() => undefined);
    const often = setInterval(collect, 20);
    try {
      const signal = new AbortController().signal;
      const hanging = withTimeLimit(300, signal, (limited) =>
        lightFetch(`http://127.0.0.1:${port}/`, { signal: limited }),
      );
      await expect(hanging).rejects.toMatchObject({ name: 'TimeoutError' });
    } finally {
      clearInterval(often);
    }
  });
});
