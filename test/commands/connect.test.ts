import { expect, test } from 'vitest';
import { folderWithPhoto } from '../edit/harness.js';
import { runCli } from '../support/run-cli.js';
import { proxyWarning } from '../../src/commands/connect.js';

test.each([
  ['FAL_PROXY_URL', 'https://proxy.example/fal', undefined],
  ['FAL_PROXY_URL (in .env)', 'https://proxy.example/fal', /in \.env.*proxy\.example, not to fal/],
  [
    '"proxy-url" in /project/fal-edit.config.json',
    'https://proxy.example/fal',
    /the key is sent to proxy\.example/,
  ],
  ['FAL_PROXY_URL (in .env)', 'http://127.0.0.1:4000/proxy', undefined],
])('the key and a proxy of %s at %s', (origin, proxyUrl, says) => {
  const settings = { values: {}, origins: { 'proxy-url': origin }, key: 'id:secret', stateDir: undefined };
  const warning = proxyWarning(settings, { key: 'id:secret', proxyUrl });
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
