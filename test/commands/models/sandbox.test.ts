import { describe, expect, it, test } from 'vitest';
import { pageOf } from '../../../src/commands/at-once.js';
import { MODELS_COMMAND } from '../../../src/commands/models/command.js';
import { InterruptedError } from '../../../src/errors/error.js';
import { lightFetch, type Fetch } from '../../../src/light-fetch.js';
import { MODELS } from '../../../src/models/registry.js';
import { helpText } from '../../../src/terminal/help.js';
import { runCli } from '../../support/run-cli.js';
import { tempDir } from '../../support/temp-dir.js';
import { models, type RunOptions } from './harness.js';

const check = (options: RunOptions = {}, words: string[] = []) =>
  models(words, { check: true, sandbox: true, json: true }, options);

/** Sends what is sent, and keeps where it went and with which key. */
function watched(before: () => void = () => undefined) {
  const seen: { url: URL; key: string | undefined }[] = [];
  const fetch: Fetch = (url, init) => {
    seen.push({ url: new URL(url), key: init?.headers?.['authorization'] });
    before();
    return lightFetch(url, init);
  };
  return { seen, fetch };
}

const isClosed = (url: URL) => expect(lightFetch(url.href, {})).rejects.toThrow();

describe('--check --sandbox', () => {
  it('asks the built-in sandbox, without a key, and says that it was not fal', async () => {
    const { code, stdout, stderr } = await models([], { check: true, sandbox: true });
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'Asking the built-in sandbox, not fal.\n' });
    for (const { name } of MODELS) expect(stdout).toContain(`${name}: active`);
    expect(stdout).not.toMatch(/^ {2}(drift|warning)/m);
  });

  it('knows the prices as well, and leaves nothing unchecked', async () => {
    const { code, json } = await check({}, ['flux-2-edit', 'flux-dev']);
    expect(code).toBe(0);
    expect(json().models.map(({ name }) => name)).toEqual(['flux-2-edit', 'flux-dev']);
    for (const model of json().models) {
      expect(model).toMatchObject({ price: { changed: false }, differences: [], not_checked: [] });
    }
  });

  it('goes nowhere else, tells it no key, and closes it', async () => {
    const { seen, fetch } = watched();
    const { code } = await check({ env: { FAL_KEY: 'id:secret' }, context: { fetch } });
    expect(code).toBe(0);
    expect(seen).toHaveLength(MODELS.length + 1);
    const [first] = seen;
    for (const { url, key } of seen) {
      expect(url.href).toBe(first!.url.href);
      expect(url.hostname).toBe('127.0.0.1');
      expect(key).toBeUndefined();
    }
    await isClosed(first!.url);
  });

  it('does not mind a key that is none', async () => {
    const { code, stdout, stderr } = await check({ env: { FAL_KEY: 'sesa me' } });
    expect(code).toBe(0);
    expect(`${stdout}${stderr}`).not.toContain('sesa');
  });

  it('closes it when it is interrupted', async () => {
    const interruption = new AbortController();
    const { seen, fetch } = watched(() => interruption.abort(new InterruptedError('SIGINT')));
    const { code } = await check({ context: { fetch, signal: interruption.signal } });
    expect(code).toBe(130);
    await isClosed(seen[0]!.url);
  });

  test.each([
    ['a fault', { FAL_EDIT_TOXIC: 'status,on=*,code=503' }],
    ['a cut connection', { FAL_EDIT_TOXIC: 'reset_peer,on=*' }],
  ])('exit 7 after %s in all, and no advice about a network', async (_, env) => {
    const { code, json, stderr } = await check({ env });
    expect(code).toBe(7);
    expect(json().error!.message).toContain('Nothing could be checked');
    expect(json().error).toMatchObject({ hint: expect.stringContaining('FAL_EDIT_TOXIC') });
    expect(`${JSON.stringify(json().error)}${stderr}`).not.toMatch(/proxy/i);
  });
});

const REAL = 'https://fal-proxy.invalid/fal';

describe('beside a proxy', () => {
  const run = async (argv: string[], env: Record<string, string>) =>
    runCli(['models', 'flux-dev', ...argv], { cwd: await tempDir(), env });

  it('the flag is stronger than the variable', async () => {
    const { code, stderr } = await run(['--check', '--sandbox'], { FAL_PROXY_URL: REAL });
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'Asking the built-in sandbox, not fal.\n' });
  });

  it('two flags are refused', async () => {
    const { code, stderr } = await run(['--check', '--sandbox', '--proxy-url', REAL], {});
    expect(code).toBe(2);
    expect(stderr).toMatch(/--sandbox and --proxy-url exclude each other|--proxy-url and --sandbox exclude/);
  });
});

test.each(['sandbox', 'timeout', 'proxy-url'])('without --check, --%s changes nothing', async (flag) => {
  const given = { sandbox: true, timeout: '5s', 'proxy-url': REAL }[flag]!;
  const { fetch, seen } = watched();
  const plain = await models(['flux-dev']);
  const { code, stdout, stderr } = await models(['flux-dev'], { [flag]: given }, { context: { fetch } });
  expect({ code, stdout, stderr, seen }).toEqual({ code: 0, stdout: plain.stdout, stderr: '', seen: [] });
});

test('the help has it', () => {
  expect(helpText(pageOf(MODELS_COMMAND))).toMatch(/^ {6}--sandbox {2,}\S/m);
});
