/*
 * Answers that are too long, too many, too slow or absurd, over real sockets: a clear error, the request id kept,
 * and the deadline holds.
 */
import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { editCat, leftIn } from './edit/harness.js';
import { front, httpServer, isResult, isSubmit, sendJson, type Visit } from './fal/servers.js';
import { onlyJobIn, stateIn } from './support/ledger.js';
import { sandbox } from './support/sandbox.js';

const KEY = { FAL_KEY: 'a:b' };
const MB = 1024 * 1024;

type Instead = (visit: Visit, response: ServerResponse) => boolean;

/** An edit before whose fal somebody answers in its place. */
async function edit(instead: Instead, ...argv: string[]) {
  const fal = await sandbox();
  const proxy = await front(fal, instead);
  const flags = argv.length === 0 ? ['--timeout', '60s'] : argv;
  const run = await editCat({ env: { FAL_PROXY_URL: proxy.url, ...KEY } }, ...flags);
  return { ...run, fal, job: await onlyJobIn(stateIn(run.cwd)) };
}

/** Writes for as long as anybody reads. */
function endless(response: ServerResponse, piece: string | Buffer, everyMs: number): void {
  const timer = setInterval(() => {
    while (!response.closed && response.write(piece) && everyMs === 0);
  }, everyMs);
  response.on('close', () => clearInterval(timer));
}

const json = { 'content-type': 'application/json' };
const BOMB = gzipSync(Buffer.alloc(40 * MB), { level: 1 });
const HUGE = `{"a":"${'x'.repeat(17 * MB)}"}`;

describe('longer than 16 MB', () => {
  test.each<[string, (response: ServerResponse) => void]>([
    ['JSON', (response) => void response.writeHead(200, json).end(HUGE)],
    [
      'unpacked, from a few kilobytes',
      (response) => void response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(BOMB),
    ],
    [
      'without an end',
      (response) => endless(response.writeHead(200, json), Buffer.alloc(256 * 1024, 0x20), 0),
    ],
  ])('a result: %s', async (_, answer) => {
    let asked = 0;
    const { code, document, job, fal } = await edit((visit, response) => {
      if (!isResult(visit)) return false;
      asked++;
      answer(response);
      return true;
    });
    expect([code, document.error?.charged, asked]).toEqual([7, 'yes', 1]);
    expect(document.error?.message).toMatch(/cannot be read: fal answered 200 with more than 16 MB/);
    const [accepted] = fal.ledger().accepted;
    expect(job).toMatchObject({ requestId: accepted!.request_id, state: 'accepted' });
    expect(document.error?.details).toMatchObject({ request_id: accepted!.request_id });
  });

  test('the answer to the submit: unknown', async () => {
    const { code, document, job } = await edit((visit, response) => {
      if (isSubmit(visit)) response.writeHead(200, json).end(HUGE);
      return isSubmit(visit);
    });
    expect([code, document.error?.charged, job.state]).toEqual([9, 'maybe', 'unknown']);
    expect(document.error?.message).toMatch(/more than 16 MB/);
  });
});

describe('a request id that is none', () => {
  test.each([
    '../../../fal-ai/other',
    'a/b',
    'a?b=c',
    'a#b',
    'a%2Fb',
    'a b',
    'a\u001b[31mb',
    'a\nb',
    'ü',
    '..',
    '.',
    'x'.repeat(201),
  ])('%j: unknown, and shown escaped', async (id) => {
    const targets: string[] = [];
    const { code, document, stderr, job } = await edit((visit, response) => {
      targets.push(visit.target);
      return isSubmit(visit) && sendJson(response, 200, { request_id: id });
    });
    expect([code, document.error?.charged, job.state]).toEqual([9, 'maybe', 'unknown']);
    const { message } = document.error!;
    expect(message).toContain('its request id cannot be used: "');
    expect(`${message}${stderr}`).not.toMatch(/[^ -~\n·×…]/);
    expect(message.length).toBeLessThan(500);
    // Nobody is asked about it.
    expect(targets.filter((target) => target.includes('/requests/'))).toEqual([]);
  });
});

test('a result with 101 pictures: none is fetched', async () => {
  const { code, document, job, cwd } = await edit((visit, response) => {
    const images = Array.from({ length: 101 }, (_, index) => ({ url: `https://fal.invalid/${index}.png` }));
    return isResult(visit) && sendJson(response, 200, { images, seed: 1 });
  });
  expect([code, document.error?.charged]).toEqual([1, 'yes']);
  expect(document.error?.message).toMatch(/names 101 pictures/);
  expect(job.requestId).toBeDefined();
  expect(await leftIn(cwd)).toEqual([]);
});

test('absurd numbers beside the picture cost nothing', async () => {
  const fal = await sandbox();
  const proxy = await front(fal, async (visit, response) => {
    if (!isResult(visit)) return false;
    const headers = visit.headers as Record<string, string>;
    const answer = await fetch(fal.proxyUrl, {
      headers: { 'x-fal-target-url': headers['x-fal-target-url'] ?? '' },
    });
    if (answer.status !== 200) return sendJson(response, answer.status, await answer.json());
    const body = (await answer.json()) as { images: Record<string, unknown>[] };
    for (const image of body.images) Object.assign(image, { width: -5, height: 1e300 });
    const odd = { ...body, seed: -1, timings: { inference: -1e300 } };
    return sendJson(response, 200, odd, { 'x-fal-billable-units': '1e300' });
  });
  const { code, document } = await editCat({ env: { FAL_PROXY_URL: proxy.url, ...KEY } });
  expect(code).toBe(0);
  expect(document.cost.billed_usd).toBeNull();
  expect(JSON.stringify(document)).not.toMatch(/e\+?300|Infinity|NaN/);
});

describe('the deadline holds', () => {
  const drip = (response: ServerResponse): true => {
    endless(response.writeHead(200, json), ' ', 20);
    return true;
  };
  const never = (response: ServerResponse): true => {
    response.socket?.write('HTTP/1.1 200 OK\r\nx-drip: ');
    const timer = setInterval(() => response.socket?.write('x'), 20);
    response.socket?.on('close', () => clearInterval(timer));
    return true;
  };
  const isStream = ({ target }: Visit): boolean => target.includes('/status/stream');
  const isStatus = ({ target }: Visit): boolean => /\/status(\?|$|\/)/.test(target);
  const isUpload = ({ target }: Visit): boolean => target.includes('/storage/');

  test.each<[string, number, Instead]>([
    ['the answer to the submit drips', 9, (visit, response) => isSubmit(visit) && drip(response)],
    ['its head never ends', 9, (visit, response) => isSubmit(visit) && never(response)],
    ['the result drips', 7, (visit, response) => isResult(visit) && drip(response)],
    [
      'an error page without an end',
      7,
      (visit, response) => {
        if (isResult(visit)) endless(response.writeHead(502), '<p>', 20);
        return isResult(visit);
      },
    ],
    ['every status drips', 7, (visit, response) => isStatus(visit) && drip(response)],
    [
      'a line of the stream never ends',
      7,
      (visit, response) => {
        if (isStream(visit)) {
          response.writeHead(200, { 'content-type': 'text/event-stream' });
          endless(response, `data: ${'x'.repeat(1000)}`, 5);
          return true;
        }
        return isStatus(visit) && drip(response);
      },
    ],
    ['the storage drips', 7, (visit, response) => isUpload(visit) && drip(response)],
  ])('%s', async (_, code, instead) => {
    const began = performance.now();
    const run = await edit(instead, '--timeout', '600ms');
    expect([run.code, run.document.error?.kind]).toEqual([code, code === 9 ? 'unknown' : 'temporary']);
    expect(performance.now() - began).toBeLessThan(8_000);
  });

  test('a picture drips', async () => {
    const pictures = await httpServer((_, response) =>
      endless(response.writeHead(200, { 'content-type': 'image/png' }), 'x', 20),
    );
    const run = await edit(
      (visit, response) =>
        isResult(visit) && sendJson(response, 200, { images: [{ url: `${pictures.url}/a.png` }], seed: 1 }),
      ...['--timeout', '600ms'],
    );
    expect([run.code, run.document.error?.charged]).toEqual([7, 'yes']);
  });
});

test('a line of the stream that never ends is given up; the polls beside it go on', async () => {
  const { code } = await edit((visit, response) => {
    if (!visit.target.includes('/status/stream')) return false;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    endless(response, `data: ${'x'.repeat(64 * 1024)}`, 0);
    return true;
  });
  expect(code).toBe(0);
});
