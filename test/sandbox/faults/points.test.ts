import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Toxic } from '../../../src/sandbox/faults/toxics.js';
import { DOT, GENERAL, ask, call, quickSandbox, run } from '../fal.js';

const input = { prompt: 'a dot', image_url: DOT, seed: 1 };
const SUBMIT = `https://queue.fal.run/${GENERAL}`;
const post = (sandbox: Awaited<ReturnType<typeof quickSandbox>>) => ask(sandbox, 'POST', SUBMIT, input);

describe('nth', () => {
  test.each([
    [1, [503, 200, 200]],
    [2, [200, 503, 200]],
    [3, [200, 200, 503]],
    [4, [200, 200, 200]],
  ])('%d hits that request alone', async (nth, expected) => {
    const sandbox = await quickSandbox({
      toxics: [{ type: 'status', on: 'submit', code: 503, nth, name: 'it' }],
    });
    const codes: number[] = [];
    for (let turn = 0; turn < 3; turn++) codes.push((await post(sandbox)).status);
    expect(codes).toEqual(expected);
    expect(sandbox.hits('it')).toBe(nth <= 3 ? 1 : 0);
  });

  test('counts the requests of its role alone', async () => {
    const sandbox = await quickSandbox({ toxics: [{ type: 'status', on: 'submit', code: 503, nth: 2 }] });
    const statuses = [await post(sandbox), await ask(sandbox, 'GET', 'https://api.fal.ai/v1/models')];
    statuses.push(await post(sandbox));
    expect(statuses.map(({ status }) => status)).toEqual([200, 200, 503]);
  });

  test.each([{ after: 1 }, { times: 1 }])('with %o it is refused', async (other) => {
    const sandbox = await quickSandbox();
    const toxic: Toxic = { type: 'fin', on: 'submit', nth: 1, ...other };
    expect(() => sandbox.addToxic(toxic)).toThrow('nth cannot be given together with after or times');
  });
});

describe('pause', () => {
  test.each([
    ['upstream', 0],
    ['downstream', 1],
  ] as const)('%s: %d accepted while it is held, one once it is released', async (stream, accepted) => {
    const sandbox = await quickSandbox({ toxics: [{ type: 'pause', on: 'submit', stream, name: 'gate' }] });
    let over = false;
    const answer = post(sandbox).finally(() => (over = true));
    await sandbox.reached('gate');
    expect(sandbox.ledger().accepted).toHaveLength(accepted);
    await sleep(30);
    expect(over).toBe(false);
    sandbox.release('gate');
    expect((await answer).status).toBe(200);
    expect(sandbox.ledger().accepted).toHaveLength(1);
    expect((await post(sandbox)).status).toBe(200);
    expect(sandbox.hits('gate')).toBe(1);
  });

  test.each([
    ['upstream', 0],
    ['downstream', 1],
  ] as const)('%s: a client that leaves while it is held, %d accepted for good', async (stream, accepted) => {
    const sandbox = await quickSandbox({ toxics: [{ type: 'pause', on: 'submit', stream, name: 'gate' }] });
    const stop = new AbortController();
    const headers = { 'x-fal-target-url': SUBMIT };
    const body = JSON.stringify(input);
    const gone = fetch(sandbox.proxyUrl, { method: 'POST', headers, body, signal: stop.signal });
    const ended = expect(gone).rejects.toThrow();
    await sandbox.reached('gate');
    stop.abort();
    await ended;
    await sleep(30);
    sandbox.release('gate');
    await sleep(30);
    expect(sandbox.ledger().accepted).toHaveLength(accepted);
  });

  test('clearing the toxics lets go too, and so does closing the sandbox', async () => {
    const toxics: Toxic[] = [{ type: 'pause', on: 'submit', name: 'gate' }];
    const [cleared, closed] = [await quickSandbox({ toxics }), await quickSandbox({ toxics })];
    const answer = post(cleared);
    const lost = expect(post(closed)).rejects.toThrow();
    await Promise.all([cleared.reached('gate'), closed.reached('gate')]);
    cleared.clearToxics();
    expect((await answer).status).toBe(200);
    await closed.close();
    await lost;
  });

  test('all that it holds go at once, and what it does not name stays', async () => {
    const sandbox = await quickSandbox({
      toxics: [
        { type: 'pause', on: 'submit', name: 'gate' },
        { type: 'status', on: 'models', code: 503, name: 'other' },
      ],
    });
    const answers = [post(sandbox), post(sandbox), post(sandbox)];
    while (sandbox.hits('gate') < 3) await sandbox.reached('gate').then(() => sleep(2));
    sandbox.release('gate');
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await ask(sandbox, 'GET', 'https://api.fal.ai/v1/models')).status).toBe(503);
  });

  test.each([0, 10, 1000])('at %d bytes of a file: these come, the rest after the release', async (at) => {
    const sandbox = await quickSandbox({ toxics: [{ type: 'pause', on: 'file', at, name: 'piece' }] });
    const { body } = await run(sandbox, GENERAL, { ...input, image_size: { width: 200, height: 200 } });
    const { url, file_size: size } = body.images[0]!;
    const answer = await fetch(url);
    expect(answer.headers.get('content-length')).toBe(String(size));
    let received = 0;
    const reading = (async () => {
      for await (const piece of answer.body!) received += (piece as Uint8Array).byteLength;
    })();
    await sandbox.reached('piece');
    await sleep(30);
    expect(received).toBe(at);
    sandbox.release('piece');
    await reading;
    expect(received).toBe(size);
  });

  test('at more bytes than there are it does not hold', async () => {
    const sandbox = await quickSandbox({
      toxics: [{ type: 'pause', on: 'file', at: 1_000_000, name: 'piece' }],
    });
    const { body } = await run(sandbox, GENERAL, input);
    const content = await (await fetch(body.images[0]!.url)).arrayBuffer();
    expect(content.byteLength).toBe(body.images[0]!.file_size);
    expect(sandbox.hits('piece')).toBe(0);
  });
});

describe('points', () => {
  test('any toxic with a name counts its hits', async () => {
    const sandbox = await quickSandbox({
      toxics: [{ type: 'latency', on: 'submit', latency: 0, name: 'slow' }],
    });
    expect(sandbox.hits('slow')).toBe(0);
    await post(sandbox);
    await post(sandbox);
    expect([sandbox.hits('slow'), sandbox.hits('unheard of')]).toEqual([2, 0]);
  });

  test('reached may be asked for before the toxic is there, and resolves at once when it was met', async () => {
    const sandbox = await quickSandbox();
    const early = sandbox.reached('late');
    sandbox.addToxic({ type: 'fin', on: 'submit', name: 'late' });
    await expect(post(sandbox)).rejects.toThrow();
    await early;
    await sandbox.reached('late');
  });

  test('reached ends with the reason of its signal, before or while it waits', async () => {
    const sandbox = await quickSandbox();
    const stop = new AbortController();
    const waiting = sandbox.reached('never', stop.signal);
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await expect(sandbox.reached('never', stop.signal)).rejects.toThrow('enough');
  });

  test('a name that is given anew counts from 0', async () => {
    const toxic: Toxic = { type: 'latency', on: 'submit', latency: 0, name: 'again' };
    const sandbox = await quickSandbox({ toxics: [toxic] });
    await post(sandbox);
    sandbox.release('again');
    expect(sandbox.hits('again')).toBe(1);
    sandbox.addToxic(toxic);
    expect(sandbox.hits('again')).toBe(0);
  });

  test('another process reads them and releases by name', async () => {
    const sandbox = await quickSandbox({
      toxics: [
        { type: 'pause', on: 'submit', name: 'the gate/1' },
        { type: 'fin', on: 'cancel', name: 'unmet' },
      ],
    });
    const control = (path: string, method = 'GET') => fetch(`${sandbox.url}/__sandbox/${path}`, { method });
    const answer = call(sandbox, 'POST', SUBMIT, input);
    await sandbox.reached('the gate/1');
    expect(await (await control('points')).json()).toEqual({ points: { 'the gate/1': 1, unmet: 0 } });
    const released = await control(`toxics/${encodeURIComponent('the gate/1')}`, 'DELETE');
    expect([released.status, await released.json()]).toEqual([
      200,
      { toxics: [{ type: 'fin', on: 'cancel', name: 'unmet' }] },
    ]);
    expect((await answer).status).toBe(200);
    expect((await control('toxics/nobody', 'DELETE')).status).toBe(404);
    expect(sandbox.ledger().requests.total).toBe(1);
  });
});
