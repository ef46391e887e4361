import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import https from 'node:https';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import path from 'node:path';
import { authority, certificate } from '../support/certificates.js';
import { forwardTo } from '../support/tls-servers.js';

/** TLS in front of a sandbox. */
export interface CuttingTls {
  /** FAL_PROXY_URL, and NODE_EXTRA_CA_CERTS with the authority that vouches for it. */
  env: Record<string, string>;
  close: () => Promise<void>;
}

/**
 * Speaks TLS for a server of http, and cuts some connections at the first bytes of their handshake.
 *
 * @param folder where the authority's certificate goes
 * @param isCut asked once for each connection
 */
export async function cuttingTls(target: string, folder: string, isCut: () => boolean): Promise<CuttingTls> {
  const ca = authority();
  const tls = https.createServer(certificate({ hosts: ['localhost'], by: ca }), forwardTo(target));
  tls.on('tlsClientError', () => undefined);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => void sockets.delete(socket));
    if (isCut()) socket.once('data', () => void socket.resetAndDestroy());
    else tls.emit('connection', socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const file = path.join(folder, 'ca.pem');
  await writeFile(file, ca.cert);
  const { port } = server.address() as AddressInfo;
  return {
    env: { FAL_PROXY_URL: `https://localhost:${port}${new URL(target).pathname}`, NODE_EXTRA_CA_CERTS: file },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
