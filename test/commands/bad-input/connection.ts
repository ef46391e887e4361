import { edit, type Case } from './case.js';

export const CONNECTION: Case[] = [
  {
    name: 'no key',
    argv: edit(),
    env: { FAL_KEY: undefined, FAL_PROXY_URL: undefined },
    code: 4,
    kind: 'auth',
    says: ['FAL_KEY', '--sandbox'],
  },
  {
    name: 'blank key',
    argv: edit(),
    env: { FAL_KEY: ' \n', FAL_PROXY_URL: undefined },
    code: 4,
    kind: 'auth',
    says: ['FAL_KEY'],
  },
  {
    name: 'half a key',
    argv: edit(),
    env: { FAL_KEY: undefined, FAL_KEY_ID: 'only-the-id', FAL_PROXY_URL: undefined },
    code: 4,
    kind: 'auth',
    says: ['FAL_KEY_SECRET'],
  },
  {
    name: 'key with a newline inside',
    argv: edit(),
    env: { FAL_KEY: 'id:sec\nret' },
    code: 4,
    kind: 'auth',
    says: ['FAL_KEY'],
  },
  {
    name: 'key not in ASCII',
    argv: edit(),
    env: { FAL_KEY: 'schlüssel:geheim' },
    code: 4,
    kind: 'auth',
    says: ['FAL_KEY'],
  },
  {
    name: 'key with its scheme',
    argv: edit(),
    env: { FAL_KEY: 'Key id:secret' },
    code: 4,
    kind: 'auth',
    says: ['FAL_KEY'],
  },
  ...['localhost:4000', 'proxy', 'ftp://host/', 'http://', 'http://user:pw@host/', '/proxy'].map((url) => ({
    name: `proxy ${url}`,
    argv: edit('--proxy-url', url),
    says: ['--proxy-url', 'https:// URL'],
  })),
  {
    name: 'proxy of the environment',
    argv: edit(),
    env: { FAL_PROXY_URL: 'nowhere' },
    says: ['FAL_PROXY_URL', '"nowhere"'],
  },
  {
    name: 'http to another machine',
    argv: edit('--proxy-url', 'http://proxy.example/fal'),
    says: ['--proxy-url', 'unencrypted', 'https://proxy.example/fal'],
  },
  { name: 'empty proxy', argv: edit('--proxy-url', ''), says: ['--proxy-url', 'https:// URL'] },
];
