/* The built program behind a proxy that inspects TLS with a CA of its own, as companies have them. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { folderWithPhoto } from '../edit/harness.js';
import { authority, certificate } from '../support/certificates.js';
import { sandbox } from '../support/sandbox.js';
import { connectProxy, forwardTo, httpsServer } from '../support/tls-servers.js';
import { run } from './spawned.js';

const COMPANY = authority('Company CA');

test.each([
  ['with NODE_EXTRA_CA_CERTS it edits', true, 0, /cat\.edit\.png/],
  [
    'without, nothing is sent, and it says what is missing',
    false,
    7,
    /is not trusted[^]*NODE_EXTRA_CA_CERTS/,
  ],
])('%s', async (_, isTrusted, code, says) => {
  const fal = await sandbox({ publicUrl: 'https://fal.test' });
  const inspector = await httpsServer(certificate({ hosts: ['fal.test'], by: COMPANY }), forwardTo(fal.url));
  const proxy = await connectProxy({ routes: { 'fal.test:443': inspector.port }, password: 'us@er:pass' });
  const cwd = await folderWithPhoto();
  const ca = path.join(cwd, '.home-ca.pem');
  await writeFile(ca, COMPANY.cert);
  const { stdout, stderr, ...ended } = await run(['cat.png', '-p', 'snow'], {
    cwd,
    env: {
      FAL_KEY: 'a:b',
      FAL_PROXY_URL: 'https://fal.test/proxy',
      https_proxy: proxy.url.replace('//', '//us%40er:pass@'),
      ...(isTrusted ? { NODE_EXTRA_CA_CERTS: ca } : {}),
    },
  });
  expect([ended.code, `${stdout}${stderr}`]).toEqual([code, expect.stringMatching(says)]);
  expect(`${stdout}${stderr}`).not.toContain('us%40er');
  expect([fal.ledger().accepted.length, inspector.requests.length > 0]).toEqual(
    isTrusted ? [1, true] : [0, false],
  );
});
