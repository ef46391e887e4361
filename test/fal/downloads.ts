import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { expect } from 'vitest';
import { FalEditError } from '../../src/errors/error.js';
import type { Connection } from '../../src/fal/connection.js';
import { download, type DownloadOptions } from '../../src/fal/download.js';
import { probePicture } from '../../src/images/probe.js';
import { quickly } from '../edit/harness.js';
import { httpServer, type Handler, type TestServer } from './servers.js';

/** A proxy on this machine: pictures may come by http. */
export const LOCAL: Connection = { key: 'id:secret', proxyUrl: 'http://127.0.0.1:1/proxy' };

/** The picture that is asked for. */
export const png = await readFile('examples/chelsea.png');

export function options(more: Partial<DownloadOptions> = {}): DownloadOptions {
  return {
    connection: LOCAL,
    context: { fetch, now: () => 0, random: () => 0, sleep: quickly },
    signal: new AbortController().signal,
    check: (bytes) => probePicture(bytes),
    ...more,
  };
}

/** Answers with all of it. */
export const whole = (response: ServerResponse): void => {
  response.writeHead(200, { 'content-type': 'image/png', 'content-length': png.length }).end(png);
};

/** What the download of a server's picture comes to: its bytes, or the reason it failed for. */
export async function outcome(
  handler: Handler,
  more: Partial<DownloadOptions> = {},
  at = '/a.png',
): Promise<{ bytes?: Buffer; message?: string; server: TestServer }> {
  const server = await httpServer(handler);
  try {
    const bytes = await download(`${server.url}${at}`, options(more));
    return { bytes: Buffer.from(bytes), server };
  } catch (error) {
    if (!(error instanceof FalEditError)) throw error;
    expect([error.kind, error.charged]).toEqual(['temporary', 'yes']);
    expect(error.message).toMatch(/^The picture is ready, but could not be downloaded: .*\.$/);
    return { message: error.message, server };
  }
}
