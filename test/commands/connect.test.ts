import { valueText } from '../../src/config/flag-definition.js';
import { expect, test } from 'vitest';
import { settingsIn, type World } from '../config/world.js';
import { folderWithPhoto } from '../edit/harness.js';
import { runCli } from '../support/run-cli.js';
import { proxyWarning } from '../../src/commands/connect.js';

const PROXY = 'https://proxy.example/fal';
const KEY = 'id:secret';

test.each<[string, World, RegExp | undefined]>([
  ['the environment', { env: { FAL_PROXY_URL: PROXY } }, undefined],
  ['.env', { dotenv: `FAL_PROXY_URL=${PROXY}` }, /in \.env.*proxy\.example, not to fal/],
  ["the project's config file", { project: { 'proxy-url': PROXY } }, /the key is sent to proxy\.example/],
  ["the user's config file", { user: { 'proxy-url': PROXY } }, undefined],
  ['.env, on this machine', { dotenv: 'FAL_PROXY_URL=http://127.0.0.1:4000/proxy' }, undefined],
])('the key and a proxy of %s', async (_, places, says) => {
  const settings = await settingsIn({ ...places, trusted: true });
  const proxyUrl = valueText(settings.values['proxy-url'] ?? '');
  const warning = proxyWarning(settings, { key: KEY, proxyUrl });
  if (says === undefined) expect(warning).toBeUndefined();
  else expect(warning).toMatch(says);
  expect(proxyWarning(settings, { key: undefined, proxyUrl })).toBeUndefined();
});

test.each([
  ['--dry-run', 0],
  ['--sandbox', 0],
  ['--json', 4],
])('a key that is none, with %s: exit %i', async (flag, code) => {
  const cwd = await folderWithPhoto();
  const result = await runCli(['cat.png', '-p', 'snow', '-q', flag], { cwd, env: { FAL_KEY: 'sesa me' } });
  expect([result.code, `${result.stdout}${result.stderr}`.includes('sesa')]).toEqual([code, false]);
});
