import { connect } from 'node:net';
import { expect, test } from 'vitest';
import type { Toxic } from '../../../src/sandbox/faults/toxics.js';
import { DOT, GENERAL, quickSandbox, run } from '../fal.js';

const KB = 1024;

/** Reads an answer off a bare socket: the bytes of its body, and how the connection ended. */
async function raw(url: string, head = ''): Promise<{ body: number; announced: number; end: string }> {
  const { hostname, port, pathname } = new URL(url);
  const pieces: Buffer[] = [];
  const end = await new Promise<string>((resolve) => {
    const socket = connect(Number(port), hostname);
    socket.write(`GET ${pathname} HTTP/1.1\r\nhost: ${hostname}\r\n${head}\r\n`);
    socket.on('data', (piece) => pieces.push(piece));
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    socket.on('end', () => resolve('FIN'));
  });
  const all = Buffer.concat(pieces);
  const announced = Number(/content-length: (\d+)/i.exec(all.toString('latin1'))?.[1]);
  return { body: all.byteLength - all.indexOf('\r\n\r\n') - 4, announced, end };
}

const ends: [Partial<Toxic>, string][] = [];
for (const count of [0, 1, 64 * KB, 64 * KB + 1, 3 * 64 * KB]) {
  ends.push([{ type: 'reset_peer', at: count }, 'ECONNRESET'], [{ type: 'limit_data', bytes: count }, 'FIN']);
}

test.each(ends)('a file cut by %o has exactly these bytes', async (toxic, end) => {
  const sandbox = await quickSandbox({
    renderPictures: false,
    pictureBytes: 300 * KB,
    toxics: [{ ...toxic, on: 'file', name: 'cut' } as Toxic],
  });
  const { body } = await run(sandbox, GENERAL, { prompt: 'x', image_url: DOT });
  const { url, file_size: size } = body.images[0]!;
  const wanted = 'at' in toxic ? toxic.at : 'bytes' in toxic ? toxic.bytes : undefined;
  expect(await raw(url)).toEqual({ body: wanted, announced: size, end });
  expect(sandbox.hits('cut')).toBe(1);
});

test.each(ends.slice(0, 4))('an answer in JSON cut by %o has exactly these bytes', async (toxic, end) => {
  const sandbox = await quickSandbox({ toxics: [{ ...toxic, on: 'models' } as Toxic] });
  const wanted = 'at' in toxic ? toxic.at : 'bytes' in toxic ? toxic.bytes : undefined;
  const { body, end: how } = await raw(
    sandbox.proxyUrl,
    'x-fal-target-url: https://api.fal.ai/v1/models\r\n',
  );
  expect([body, how]).toEqual([wanted, end]);
});

test('a limit beyond the end sends all of it', async () => {
  const sandbox = await quickSandbox({ toxics: [{ type: 'limit_data', on: 'file', bytes: 10_000_000 }] });
  const { body } = await run(sandbox, GENERAL, { prompt: 'x', image_url: DOT });
  const { url, file_size: size } = body.images[0]!;
  expect(await raw(url)).toEqual({ body: size, announced: size, end: 'FIN' });
});
