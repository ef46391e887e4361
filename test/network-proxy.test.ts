import { describe, expect, test } from 'vitest';
import { isLoopback, proxyFor, type Environment } from '../src/network-proxy.js';

const PROXY = 'http://proxy.example:3128';
const through = (url: string, env: Environment): string | undefined => proxyFor(new URL(url), env)?.address;

test.each<[env: Environment, address: string | undefined]>([
  [{}, undefined],
  [{ https_proxy: PROXY }, PROXY],
  [{ HTTPS_PROXY: PROXY }, PROXY],
  [{ all_proxy: PROXY }, PROXY],
  [{ ALL_PROXY: PROXY }, PROXY],
  // The scheme's own wins over all_proxy, the lower case over the upper; what is empty is not set.
  [{ https_proxy: 'http://lower:1', HTTPS_PROXY: PROXY, all_proxy: PROXY }, 'http://lower:1'],
  [{ HTTPS_PROXY: 'http://upper:1', all_proxy: PROXY }, 'http://upper:1'],
  [{ https_proxy: '', HTTPS_PROXY: ' ', ALL_PROXY: PROXY }, PROXY],
  [{ https_proxy: PROXY, all_proxy: 'socks5://localhost:1080' }, PROXY],
  [{ http_proxy: PROXY, HTTP_PROXY: PROXY }, undefined],
  // As curl: http:// without a scheme, and 1080 without a port.
  [{ https_proxy: 'proxy.example:3128' }, PROXY],
  [{ https_proxy: 'proxy.example' }, 'http://proxy.example:1080'],
  [{ https_proxy: 'http://proxy.example:80/' }, 'http://proxy.example:80'],
  [{ https_proxy: 'http://proxy.example:443' }, 'http://proxy.example:443'],
  [{ https_proxy: 'https://proxy.example' }, 'https://proxy.example:443'],
  [{ https_proxy: 'https://proxy.example:80' }, 'https://proxy.example:80'],
  [{ https_proxy: 'http://[::1]:3128' }, 'http://[::1]:3128'],
  [{ https_proxy: 'http://user:secret@proxy.example:3128' }, PROXY],
])('%j: %s', (env, address) => expect(through('https://queue.fal.run/x', env)).toBe(address));

test.each(['http://127.0.0.1:4000/', 'https://localhost:1/', 'https://[::1]/', 'https://127.9.9.9/'])(
  'loopback goes through none: %s',
  (url) => expect(through(url, { https_proxy: PROXY, http_proxy: PROXY, all_proxy: PROXY })).toBeUndefined(),
);

describe('no_proxy', () => {
  test.each<[list: string, url: string, isExcepted: boolean]>([
    ['*', 'https://fal.run', true],
    ['fal.run', 'https://fal.run', true],
    ['fal.run', 'https://queue.fal.run', true],
    ['fal.run', 'https://evilfal.run', false],
    ['queue.fal.run', 'https://fal.run', false],
    ['.fal.run', 'https://queue.fal.run', true],
    ['.fal.run', 'https://fal.run', true],
    ['*.fal.run', 'https://queue.fal.run', true],
    ['FAL.run', 'https://queue.fal.run', true],
    ['fal.run.', 'https://fal.run', true],
    ['fal.run', 'https://fal.run.', true],
    ['example.com, fal.run', 'https://fal.run', true],
    ['example.com fal.run', 'https://fal.run', true],
    ['fal.run:443', 'https://fal.run', true],
    ['fal.run:8443', 'https://fal.run', false],
    ['fal.run:8443', 'https://fal.run:8443', true],
    ['10.1.2.3', 'https://10.1.2.3', true],
    ['10.1.2', 'https://10.1.2.3', false],
    ['2.3', 'https://10.1.2.3', false],
    ['10.0.0.0/8', 'https://10.1.2.3', true],
    ['10.0.0.0/8', 'https://11.1.2.3', false],
    ['10.0.0.0/33', 'https://10.1.2.3', false],
    ['10.0.0.0/x', 'https://10.1.2.3', false],
    ['2001:db8::/32', 'https://[2001:db8::5]', true],
    ['2001:db8::5', 'https://[2001:db8::5]', true],
    ['[2001:db8::5]', 'https://[2001:db8::5]', true],
    ['[2001:db8::5]:443', 'https://[2001:db8::5]', true],
    ['[2001:db8::5]:1', 'https://[2001:db8::5]', false],
    ['', 'https://fal.run', false],
    [',, ,', 'https://fal.run', false],
  ])('%j and %s: %j', (list, url, isExcepted) => {
    for (const name of ['no_proxy', 'NO_PROXY']) {
      expect(through(url, { https_proxy: PROXY, [name]: list })).toBe(isExcepted ? undefined : PROXY);
    }
  });
});

test.each([
  ['http://us%40er:p%3Aw%25@x', 'us@er:p:w%'],
  ['http://user@x', 'user:'],
  ['http://user:50%@x', 'user:50%'],
])('user name and password of %s', (proxy, plain) => {
  const { authorization } = proxyFor(new URL('https://fal.run'), { https_proxy: proxy })!;
  expect(authorization).toBe(`Basic ${Buffer.from(plain).toString('base64')}`);
});

test.each([
  'socks5://user:secret@x:1080',
  'SOCKS5H://x',
  'socks://x',
  'ftp://secret@x',
  'http://secret@',
  '://',
])('%s is refused by the name of its variable, and not repeated', (proxy) => {
  const refused = () => proxyFor(new URL('https://fal.run'), { ALL_PROXY: proxy });
  expect(refused).toThrow(/^ALL_PROXY(:| must) /);
  expect(refused).not.toThrow(/secret/);
  if (/socks/i.test(proxy)) expect(refused).toThrow(/SOCKS/);
  // Where it does not apply it is of no matter.
  expect(through('https://fal.run', { ALL_PROXY: proxy, no_proxy: '*' })).toBeUndefined();
  expect(through('https://127.0.0.1', { ALL_PROXY: proxy })).toBeUndefined();
});

test('isLoopback of what is no URL', () =>
  expect([isLoopback(''), isLoopback('127.0.0.1')]).toEqual([false, false]));
