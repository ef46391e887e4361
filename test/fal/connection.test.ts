import { expect, test } from 'vitest';
import { checkProxyUrl, isLoopback, isTrustedUrl } from '../../src/fal/connection.js';

test.each([
  ['http://127.0.0.1:4000/proxy', true],
  ['http://127.9.8.7', true],
  ['https://localhost', true],
  ['http://LOCALHOST:1', true],
  ['http://[::1]:80/', true],
  ['http://2130706433/', true],
  ['http://127.1/', true],
  ['http://localhost.', false],
  ['http://localhost.evil.com', false],
  ['http://127.0.0.1.evil.com', false],
  ['http://127.0.0.1@evil.com', false],
  ['http://evil.com/127.0.0.1', false],
  ['http://0.0.0.0', false],
  ['http://[::]', false],
  ['http://10.0.0.1', false],
  ['127.0.0.1', false],
  ['', false],
])('isLoopback %s: %s', (url, local) => expect(isLoopback(url)).toBe(local));

test.each([
  ['https://v3.fal.media/a.png', undefined, true],
  ['https://v3.fal.media/a.png', 'https://proxy.example.com/', true],
  ['HTTPS://V3.FAL.MEDIA/a.png', undefined, true],
  ['http://127.0.0.1:1/a.png', 'http://127.0.0.1:2/proxy', true],
  ['http://127.0.0.1:1/a.png', 'http://[::1]:2/proxy', true],
  ['http://127.0.0.1:1/a.png', undefined, false],
  ['http://127.0.0.1:1/a.png', 'https://proxy.example.com/', false],
  ['http://127.0.0.1:1/a.png', 'http://127.0.0.1.evil.com/', false],
  ['http://127.0.0.1:1/a.png', 'http://localhost./', false],
  ['https://user:pw@x/a.png', 'http://127.0.0.1:2/proxy', false],
  ['https://user@x/a.png', undefined, false],
  ['https://:pw@x/a.png', undefined, false],
  ['file:///etc/passwd', 'http://127.0.0.1:2/proxy', false],
  ['data:image/png;base64,AA', 'http://127.0.0.1:2/proxy', false],
  ['blob:https://x/1', undefined, false],
  ['ftp://x/a.png', undefined, false],
  ['//x/a.png', undefined, false],
  ['', undefined, false],
])('isTrustedUrl %s behind %s: %s', (url, proxyUrl, trusted) =>
  expect(isTrustedUrl(url, { key: undefined, proxyUrl })).toBe(trusted),
);

test.each([
  'http://proxy.example/fal',
  'http://10.0.0.1:4000/',
  'http://localhost./',
  'http://127.0.0.1.evil.com/',
  'http://0.0.0.0/',
])('checkProxyUrl refuses the key unencrypted to another machine: %s', (text) =>
  expect(() => checkProxyUrl(text, 'FAL_PROXY_URL')).toThrow(/^FAL_PROXY_URL: http:.*unencrypted/),
);

test.each([
  'http://127.0.0.1:4000/proxy',
  'http://localhost:1/',
  'http://[::1]/',
  'https://proxy.example/fal',
])('checkProxyUrl takes %s', (text) => expect(checkProxyUrl(text, 'FAL_PROXY_URL')).toBe(text));

test.each(['nowhere', '', 'ftp://x', 'file:///x', 'http://user:pw@x', 'http://user@x', '127.0.0.1:80'])(
  'checkProxyUrl refuses %j',
  (text) =>
    expect(() => checkProxyUrl(text, 'FAL_PROXY_URL')).toThrow(/^FAL_PROXY_URL:? .*Use an https:\/\/ URL/),
);
