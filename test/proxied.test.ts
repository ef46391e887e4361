/*
 * Edits through the proxies of a network. The host `fal.test` is known to the proxy alone, which leads it to a local
 * TLS server before the sandbox: what comes there came through the tunnel.
 */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { openFetch } from '../src/light-fetch.js';
import { folderWithPhoto } from './edit/harness.js';
import { closedPort } from './fal/servers.js';
import { authority, certificate } from './support/certificates.js';
import { onlyJobIn, stateIn } from './support/ledger.js';
import { runCli, type CliResult } from './support/run-cli.js';
import { sandbox } from './support/sandbox.js';
import { connectProxy, forwardTo, httpsServer, type ConnectProxyOptions } from './support/tls-servers.js';

const CA = authority();
const FAL = { FAL_PROXY_URL: 'https://fal.test/proxy', FAL_KEY: 'test-id:test-secret' };

/** fal at https://fal.test, behind a proxy with those options. */
async function behindProxy(options: Partial<ConnectProxyOptions> = {}) {
  const fal = await sandbox({ publicUrl: 'https://fal.test' });
  const heads: Record<string, unknown>[] = [];
  const server = await httpsServer(certificate({ hosts: ['fal.test'], by: CA }), (request, response) => {
    heads.push(request.headers);
    forwardTo(fal.url)(request, response);
  });
  const proxy = await connectProxy({ routes: { 'fal.test:443': server.port }, ...options });
  return { fal, proxy, server, heads };
}

async function edit(env: Record<string, string>, ...argv: string[]): Promise<CliResult & { cwd: string }> {
  const cwd = await folderWithPhoto();
  const whole = { ...FAL, ...env };
  const fetch = openFetch(whole, { ca: CA.cert });
  const result = await runCli(['cat.png', '-p', 'snow', ...argv], { cwd, env: whole, context: { fetch } });
  return { ...result, cwd };
}

describe('an edit through a proxy', () => {
  test.each(['https_proxy', 'HTTPS_PROXY', 'all_proxy'])('%s', async (variable) => {
    const { fal, proxy, server } = await behindProxy();
    const { code, stderr, cwd } = await edit({ [variable]: proxy.url });
    expect([code, stderr]).toEqual([0, expect.stringContaining(`${proxy.url} (${variable})`)]);
    expect((await readFile(path.join(cwd, 'cat.edit.png'))).byteLength).toBeGreaterThan(0);
    // Upload, submit, stream, result and picture: all of it.
    expect(server.requests.some((request) => request.startsWith('PUT /'))).toBe(true);
    expect(server.requests.some((request) => request.startsWith('GET /files/'))).toBe(true);
    expect(fal.ledger().accepted).toHaveLength(1);
    // Kept alive: one tunnel serves several requests.
    expect(proxy.tunnels.length).toBeLessThan(server.requests.length);
    expect(proxy.tunnels.every(({ host }) => host === 'fal.test:443')).toBe(true);
  });

  test('a user name and password, for the proxy alone', async () => {
    const { proxy, heads } = await behindProxy({ password: 'us@er:p:w' });
    const url = proxy.url.replace('//', '//us%40er:p%3Aw@');
    const result = await edit({ https_proxy: url }, '--json', '--debug');
    expect(result.code).toBe(0);
    expect(`${result.stdout}${result.stderr}`).not.toContain('p%3Aw');
    expect(proxy.tunnels[0]!.headers['proxy-authorization']).toBeDefined();
    expect(proxy.tunnels.every(({ headers }) => headers['authorization'] === undefined)).toBe(true);
    expect(heads.filter((head) => 'proxy-authorization' in head)).toEqual([]);
  });

  test('a proxy that is spoken to over TLS', async () => {
    const { proxy } = await behindProxy({ certificate: certificate({ hosts: ['localhost'], by: CA }) });
    const { code } = await edit({ https_proxy: proxy.url });
    expect([code, proxy.url.startsWith('https://'), proxy.tunnels.length > 0]).toEqual([0, true, true]);
  });

  test('loopback goes past it', async () => {
    const fal = await sandbox();
    const { code, stderr } = await edit({
      ...fal.env,
      https_proxy: 'http://127.0.0.1:1',
      all_proxy: 'socks5://x',
    });
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('127.0.0.1:1 ')]);
  });

  test('.env is no place for one', async () => {
    const cwd = await folderWithPhoto();
    await writeFile(path.join(cwd, '.env'), 'https_proxy=http://127.0.0.1:1\nALL_PROXY=socks5://x\n');
    const result = await runCli(['cat.png', '-p', 'snow', '--dry-run', '--json'], { cwd, env: FAL });
    expect(result.json()).toMatchObject({ proxies: ['https://fal.test/proxy'] });
  });
});

describe('a proxy in the way', () => {
  const failing: [name: string, env: () => Promise<Record<string, string>>, says: RegExp, hint: RegExp][] = [
    [
      'that is not there',
      async () => ({ HTTPS_PROXY: `http://user:hidden@127.0.0.1:${await closedPort()}` }),
      /the proxy http:\/\/127\.0\.0\.1:\d+ \(HTTPS_PROXY\) cannot be reached: the connection was refused/,
      /Check HTTPS_PROXY/,
    ],
    [
      'that wants a password',
      async () => ({
        https_proxy: (await behindProxy({ password: 'a:b' })).proxy.url.replace('//', '//a:hidden@'),
      }),
      /\(https_proxy\) rejected the user name and password \(407\)/,
      /Check https_proxy/,
    ],
    [
      'that does not know the host',
      async () => ({ https_proxy: (await behindProxy({ routes: {} })).proxy.url }),
      /refused the connection \(502\)/,
      /no_proxy/,
    ],
    [
      'that hangs up',
      async () => ({
        https_proxy: (await behindProxy({ instead: (socket) => void socket.destroy() })).proxy.url,
      }),
      /cannot be reached: /,
      /Check https_proxy/,
    ],
    [
      'whose certificate nobody knows',
      async () => {
        const own = certificate({ hosts: ['localhost'] });
        return { https_proxy: (await behindProxy({ certificate: own })).proxy.url };
      },
      /cannot be trusted: the certificate of https:\/\/localhost:\d+ is not trusted/,
      /NODE_EXTRA_CA_CERTS/,
    ],
    [
      'that inspects TLS with a CA that nobody knows',
      async () => {
        const server = await httpsServer(certificate({ hosts: ['fal.test'], by: authority('Corp CA') }));
        return { https_proxy: (await behindProxy({ routes: { 'fal.test:443': server.port } })).proxy.url };
      },
      /the certificate of fal\.test:443 is not trusted/,
      /NODE_EXTRA_CA_CERTS/,
    ],
  ];

  test.each(failing)('%s: nothing was sent', async (_, env, says, hint) => {
    const { code, stdout, stderr, json, cwd } = await edit(await env(), '--json');
    const { error } = json<{ error: { message: string; hint: string; charged: string } }>();
    expect([code, error]).toMatchObject([7, { message: expect.stringMatching(says), charged: 'no' }]);
    expect(error.message).toContain('Nothing was sent.');
    expect(error.hint).toMatch(hint);
    expect(`${stdout}${stderr}`).not.toContain('hidden');
    expect(await onlyJobIn(stateIn(cwd))).toMatchObject({ charged: 'no' });
  });

  test('SOCKS is refused before anything is done', async () => {
    const { code, stderr } = await edit({ ALL_PROXY: 'socks5h://user:hidden@127.0.0.1:1080' });
    expect([code, stderr]).toEqual([2, expect.stringMatching(/ALL_PROXY: SOCKS proxies are not supported/)]);
    expect(stderr).not.toContain('hidden');
  });
});

test('--dry-run names what the edit would go through', async () => {
  const env = { https_proxy: 'http://user:hidden@proxy.example:3128' };
  const plain = await edit(env, '--dry-run');
  expect(plain.stdout).toContain(
    'through https://fal.test/proxy\nthrough http://proxy.example:3128 (https_proxy)\n',
  );
  const document = (await edit(env, '--dry-run', '--json')).json();
  expect(document).toMatchObject({
    proxies: ['https://fal.test/proxy', 'http://proxy.example:3128 (https_proxy)'],
  });
  expect((await edit(env, '--dry-run', '--json', '--sandbox')).json()).toMatchObject({ proxies: [] });
  expect(JSON.stringify([plain, document])).not.toContain('hidden');
});
