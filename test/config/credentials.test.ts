import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, test } from 'vitest';
import type { ConfigFile } from '../../src/config/config-file.js';
import { findKey } from '../../src/config/credentials.js';
import type { VariableLayer } from '../../src/config/environment.js';
import { PNG } from '../commands/bad-input/pictures.js';
import { runCli } from '../support/run-cli.js';
import { tempDir } from '../support/temp-dir.js';

type Variables = VariableLayer['variables'];

const configFile = (of: ConfigFile['of'], file: string, values: object): ConfigFile => ({
  ...{ of, file, values: { ...values } },
  content: { path: file, text: '', sha256: '', owner: 0 },
});

const find = (
  environment: Variables,
  dotenv: Variables = {},
  project: object = {},
  user: object = {},
  proxied = false,
) =>
  findKey(
    [
      { origin: 'environment', variables: environment },
      { origin: '.env', variables: dotenv },
    ],
    [configFile('project', '/p/fal-edit.config.json', project), configFile('user', '/u/config.json', user)],
    proxied,
  )?.key;

describe('the key', () => {
  const halves = { FAL_KEY_ID: 'id', FAL_KEY_SECRET: ' secret\n' };
  test.each<[string, Parameters<typeof find>, string | undefined]>([
    ['FAL_KEY', [{ FAL_KEY: 'a:b' }], 'a:b'],
    ['trimmed', [{ FAL_KEY: ' a:b\r\n' }], 'a:b'],
    ['of two halves', [halves], 'id:secret'],
    ['whole before halves', [{ ...halves, FAL_KEY: 'a:b' }], 'a:b'],
    ['halves in the environment before a whole in .env', [halves, { FAL_KEY: 'a:b' }], 'id:secret'],
    ['blank is none', [{ FAL_KEY: ' ' }, { FAL_KEY: 'c:d' }], 'c:d'],
    ['one half is none', [{ FAL_KEY_ID: 'id' }, {}, { key: 'e:f' }], 'e:f'],
    [
      'halves are not put together from two places',
      [{ FAL_KEY_ID: 'id' }, { FAL_KEY_SECRET: 's' }],
      undefined,
    ],
    ['project before user', [{}, {}, { key: 'e:f' }, { key: 'g:h' }], 'e:f'],
    ['of the user', [{}, {}, {}, { key: ' g:h ' }], 'g:h'],
    ['nowhere', [{}], undefined],
    ['without quotes', [{ FAL_KEY: '"a:b"' }], 'a:b'],
    ['without quotes and spaces in any order', [{ FAL_KEY: " \u201c 'a:b\u201d\n" }], 'a:b'],
    ['halves without quotes', [{ FAL_KEY_ID: '"id"', FAL_KEY_SECRET: "'secret'" }], 'id:secret'],
    ['quotes alone are none', [{ FAL_KEY: '""' }, { FAL_KEY: 'c:d' }], 'c:d'],
    ['of any form for a proxy', [{ FAL_KEY: 'token=abc' }, {}, {}, {}, true], 'token=abc'],
  ])('%s', (_, places, key) => {
    expect(find(...places)).toBe(key);
  });

  test.each([
    ['FAL_KEY', { FAL_KEY: 'geheim geheim' }, {}],
    ['FAL_KEY in .env', {}, { FAL_KEY: 'geheim\u0000geheim' }],
    ['FAL_KEY_ID and FAL_KEY_SECRET', { FAL_KEY_ID: 'geheim', FAL_KEY_SECRET: 'ü' }, {}],
    ['FAL_KEY', { FAL_KEY: 'geheimgeheim' }, {}],
    ['FAL_KEY', { FAL_KEY: 'FAL_KEY=id:geheim' }, {}],
    ['FAL_KEY in .env', {}, { FAL_KEY: 'id:geheim=' }],
  ])('a malformed one in %s is refused without being quoted', (place, environment, dotenv) => {
    expect(() => find(environment, dotenv)).toThrow(
      expect.objectContaining({
        kind: 'auth',
        message: expect.stringMatching(new RegExp(`^${place}: [^ü]*$`)),
      }),
    );
    expect(() => find(environment, dotenv)).not.toThrow(/geheim/);
  });
});

describe('redaction', () => {
  it('holds where a broken config file has the key', async () => {
    const cwd = await tempDir();
    await writeFile(path.join(cwd, 'photo.png'), PNG);
    await writeFile(path.join(cwd, 'fal-edit.config.json'), '{"key": "id:hidden-secret" "steps": 4}');
    const result = await runCli(['photo.png', '-p', 'x', '--json', '--debug'], { cwd });
    expect(result.code).toBe(2);
    expect(result.stdout + result.stderr).not.toContain('hidden-secret');
  });
});
