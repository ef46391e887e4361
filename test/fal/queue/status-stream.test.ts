import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { lightFetch } from '../../../src/light-fetch.js';
import { FalEditError } from '../../../src/errors/error.js';
import { dependableStatusStream } from '../../../src/fal/queue/status-stream.js';
import { httpServer, sendJson } from '../servers.js';

const line = (message: string, timestamp = '2026-10-01T00:00:00Z') => ({ message, level: 'INFO', timestamp });
const QUEUED = { status: 'IN_QUEUE', queue_position: 1, logs: null };
const RUNNING = { status: 'IN_PROGRESS', logs: [] };
const DONE = { status: 'COMPLETED', logs: [], metrics: { inference_time: 0.5 } };

type Script = (response: ServerResponse, turn: number) => void;

const event = (status: unknown): string => `data: ${JSON.stringify(status)}\n\n`;

function openStream(response: ServerResponse, ...chunks: (string | Buffer)[]): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const chunk of chunks) response.write(chunk);
}

/** Follows one request at a server that plays the given stream and polls; what the client would read. */
async function follow(stream: Script, poll: Script, signal = new AbortController().signal) {
  const turns = { stream: 0, poll: 0 };
  const server = await httpServer((visit, response) => {
    if (visit.target === '/stream') stream(response, turns.stream++);
    else poll(response, turns.poll++);
  });
  const trouble: unknown[] = [];
  const answer = dependableStatusStream({
    openStream: (stop) => lightFetch(`${server.url}/stream`, { signal: stop }),
    poll: (stop) => lightFetch(`${server.url}/status`, { signal: stop }),
    timing: {
      now: () => Date.now(),
      random: () => 0.5,
      // A fiftieth of the pauses.
      sleep: (ms, stop) =>
        new Promise((resolve, reject) => {
          const timer = setTimeout(resolve, ms / 50);
          stop?.addEventListener('abort', () => {
            clearTimeout(timer);
            reject(stop.reason as Error);
          });
        }),
    },
    signal,
    requestId: 'r1',
    onTrouble: (what) => trouble.push(what),
  });
  const events = (await answer.text())
    .split('\n\n')
    .filter((text) => text !== '')
    .map(
      (text) => JSON.parse(text.replace(/^data: /, '')) as { status: string; logs: { message: string }[] },
    );
  return {
    turns,
    trouble,
    events,
    states: events.map(({ status }) => status),
    logs: events.flatMap(({ logs }) => logs.map(({ message }) => message)),
  };
}

const pollDone: Script = (response) => void sendJson(response, 200, DONE);
const pollRunning: Script = (response) => void sendJson(response, 202, RUNNING);
const silent: Script = (response) => openStream(response, event(QUEUED));

describe('the stream alone', () => {
  test('its events are passed on, and COMPLETED ends it', async () => {
    const { states } = await follow(
      (response) => openStream(response, event(QUEUED), event(RUNNING), event(DONE)),
      pollRunning,
    );
    expect(states).toEqual(['IN_QUEUE', 'IN_PROGRESS', 'COMPLETED']);
  });

  test('a character cut by a chunk stays whole', async () => {
    const bytes = Buffer.from(event({ ...RUNNING, logs: [line('64 × 64 – läuft 🐈')] }));
    const { logs } = await follow((response) => {
      openStream(response);
      void (async () => {
        for (const byte of bytes) {
          response.write(Buffer.of(byte));
          await new Promise((resolve) => setImmediate(resolve));
        }
        response.end(event(DONE));
      })();
    }, pollRunning);
    expect(logs).toEqual(['64 × 64 – läuft 🐈']);
  });

  test('comments, empty events, texts that are no status and unknown states are passed by', async () => {
    const { states, trouble } = await follow(
      (response) =>
        openStream(
          response,
          ': ping\n\n',
          'data:\n\n',
          'data: {"status"\n\n',
          'data: [1]\n\n',
          event({ status: 'PAUSED' }),
          'event: odd\r\nid: 7\r\ndata: {"status":"IN_PROGRESS"}\r\n\r\n',
          event(DONE),
        ),
      pollRunning,
    );
    expect([states, trouble]).toEqual([['IN_PROGRESS', 'COMPLETED'], []]);
  });

  test('what comes after COMPLETED is not passed on', async () => {
    const { states } = await follow(
      (response) => openStream(response, event(DONE), event(RUNNING), event(DONE)),
      pollRunning,
    );
    expect(states).toEqual(['COMPLETED']);
  });
});

describe('a stream that fails: polling takes over', () => {
  const streams: [string, Script][] = [
    ['404', (response) => void sendJson(response, 404, { status: 'NOT_FOUND' })],
    ['500', (response) => void sendJson(response, 500, { detail: 'no' })],
    ['401', (response) => void sendJson(response, 401, { detail: 'no' })],
    ['JSON instead of events', (response) => void sendJson(response, 200, QUEUED)],
    ['a page', (response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')],
    ['204', (response) => void response.writeHead(204).end()],
    ['a reset', (response) => response.socket?.resetAndDestroy()],
    ['an end before COMPLETED', (response) => (openStream(response, event(QUEUED)), response.end())],
    ['an end without events', (response) => (openStream(response), response.end())],
    ['a cut after an event', (response) => (silent(response, 0), setTimeout(() => response.destroy(), 20))],
    ['silence', silent],
    ['comments only', (response) => openStream(response, ': a\n\n', ': b\n\n')],
    ['no answer', () => undefined],
  ];
  test.each(streams)('%s', async (_, stream) => {
    const { states, turns } = await follow(stream, (response, turn) =>
      (turn < 2 ? pollRunning : pollDone)(response, turn),
    );
    expect(states.slice(-2)).toEqual(['IN_PROGRESS', 'COMPLETED']);
    expect(turns).toEqual({ stream: 1, poll: 3 });
  });
});

test('a stream that is lost is noticed at once: the poll does not wait for its turn', async () => {
  const { url } = await httpServer(({ target }, response) =>
    target === '/stream' ? void response.writeHead(404).end() : void sendJson(response, 200, DONE),
  );
  const answer = dependableStatusStream({
    openStream: (signal) => lightFetch(`${url}/stream`, { signal }),
    poll: (signal) => lightFetch(`${url}/status`, { signal }),
    timing: {
      now: () => 0,
      random: () => 0,
      // A pause without an end, unless somebody cuts it.
      sleep: (_, signal) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason as Error));
        }),
    },
    signal: new AbortController().signal,
    requestId: 'r1',
  });
  expect(await answer.text()).toContain('COMPLETED');
});

describe('a poll that says nothing of the request is asked again', () => {
  const troubles: [string, Script][] = [
    ...[401, 403, 429, 500, 502, 503].map((code): [string, Script] => [
      String(code),
      (response) => void sendJson(response, code, { detail: 'no' }),
    ]),
    ['HTML', (response) => void response.writeHead(502, { 'content-type': 'text/html' }).end('<html>')],
    ['200 in HTML', (response) => void response.writeHead(200).end('<html>')],
    ['another JSON', (response) => void sendJson(response, 200, { status: 'PAUSED' })],
    ['a reset', (response) => response.socket?.resetAndDestroy()],
    [
      'half an answer',
      (response) => (
        response.writeHead(200, { 'content-length': '99' }),
        response.write('{'),
        setTimeout(() => response.destroy(), 5)
      ),
    ],
  ];
  test.each(troubles)('%s', async (_, bad) => {
    const { states, trouble, turns } = await follow(
      (response) => void sendJson(response, 404, {}),
      (response, turn) => (turn < 2 ? bad : pollDone)(response, turn),
    );
    expect([states, turns.poll, trouble.length]).toEqual([['COMPLETED'], 3, 3]);
  });

  test.each([404, 410])('%d: the request is gone', async (code) => {
    const gone = follow(silent, (response) => void sendJson(response, code, { status: 'NOT_FOUND' }));
    await expect(gone).rejects.toThrow(FalEditError);
    await expect(gone).rejects.toMatchObject({
      kind: 'failed',
      charged: 'maybe',
      details: { request_id: 'r1', http_status: code },
    });
  });
});

describe('log lines', () => {
  const at = (second: number) => `2026-10-01T00:00:0${second}Z`;
  const all = [1, 2, 3, 4, 5].map((second) => line(`line ${second}`, at(second)));

  test('of a moving window come once each', async () => {
    const { logs } = await follow(
      (response) => void sendJson(response, 404, {}),
      (response, turn) =>
        void sendJson(
          response,
          200,
          turn < 3 ? { ...RUNNING, logs: all.slice(turn, turn + 3) } : { ...DONE, logs: all.slice(2) },
        ),
    );
    expect(logs).toEqual(['line 1', 'line 2', 'line 3', 'line 4', 'line 5']);
  });

  test('streamed and then polled come once each', async () => {
    const { logs } = await follow(
      (response) => {
        openStream(response, event({ ...RUNNING, logs: all.slice(0, 2) }));
        response.end(event({ ...RUNNING, logs: all.slice(2, 3) }));
      },
      (response) => void sendJson(response, 200, { ...DONE, logs: all.slice(1) }),
    );
    expect(logs).toEqual(['line 1', 'line 2', 'line 3', 'line 4', 'line 5']);
  });

  test('equal texts at different times are different lines', async () => {
    const { logs } = await follow(
      (response) => openStream(response, event({ ...DONE, logs: [line('x', at(1)), line('x', at(2))] })),
      pollRunning,
    );
    expect(logs).toEqual(['x', 'x']);
  });
});

test("the signal's reason ends it", async () => {
  const stop = new AbortController();
  const reason = new FalEditError('temporary', 'enough');
  setTimeout(() => stop.abort(reason), 30);
  await expect(follow(silent, () => undefined, stop.signal)).rejects.toBe(reason);
});

test('whoever stops reading stops the requests', async () => {
  const left = new Promise<void>((resolve) => {
    void httpServer((_, response) => {
      openStream(response, event(QUEUED));
      response.on('close', resolve);
    }).then(async ({ url }) => {
      const answer = dependableStatusStream({
        openStream: (signal) => lightFetch(url, { signal }),
        poll: (signal) => lightFetch(url, { signal }),
        timing: { now: () => 0, random: () => 0, sleep: () => new Promise(() => undefined) },
        signal: new AbortController().signal,
        requestId: 'r1',
      });
      const reader = answer.body!.getReader();
      await reader.read();
      await reader.cancel();
    });
  });
  await left;
});
