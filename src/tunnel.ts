/* CONNECT: a tunnel through an HTTP proxy for TLS with the host behind it. Loaded only if a proxy is used. */
import type https from 'node:https';
import { isIP, type Socket } from 'node:net';
import { TunnelRefusedError, type NetworkProxy } from './network-proxy.js';

/**
 * Opens a tunnel to a host. Only the proxy sees the proxy's password.
 *
 * @param host with its port
 * @throws TunnelRefusedError, the error of the connection to the proxy, or the signal's reason
 */
export async function openTunnel(
  proxy: NetworkProxy,
  host: string,
  ca: string | undefined,
  signal: AbortSignal,
): Promise<Socket> {
  const { request: open } = await (proxy.protocol === 'https:' ? import('node:https') : import('node:http'));
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const options: https.RequestOptions = {
      host: proxy.host,
      port: proxy.port,
      method: 'CONNECT',
      path: host,
      agent: false,
      // Otherwise Node uses the host of the header, which is the one behind the proxy.
      servername: isIP(proxy.host) === 0 ? proxy.host : '',
      ca,
      headers: {
        host,
        connection: 'keep-alive',
        ...(proxy.authorization === undefined ? {} : { 'proxy-authorization': proxy.authorization }),
      },
    };
    const request = open(options);
    const abort = (): void => {
      request.destroy();
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', abort, { once: true });
    request.on('close', () => signal.removeEventListener('abort', abort));
    request.on('error', reject);
    request.on('connect', (response, socket: Socket, head) => {
      signal.removeEventListener('abort', abort);
      socket.on('error', () => undefined);
      const status = response.statusCode ?? 0;
      if (status >= 200 && status < 300 && head.byteLength === 0) {
        resolve(socket);
        return;
      }
      socket.destroy();
      // The host behind it sends nothing until it receives something.
      reject(
        status < 300
          ? new Error('the proxy sent data of its own into the tunnel')
          : new TunnelRefusedError(status),
      );
    });
    request.end();
  });
}
