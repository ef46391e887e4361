import { chown, mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { ALL_FLAGS, COMMANDS } from '../../src/commands/all.js';
import { variableOf, type Flag } from '../../src/commands/flag.js';
import { isThirdPersons } from '../../src/config/project-rules.js';
import { tempDir } from '../support/temp-dir.js';
import { settingsIn, type World } from './world.js';

const PLACES = ['.env', 'project'] as const;

/** The same setting in each kind of file of the project, as far as the flag may stand there at all. */
function inProject({ name, settableIn = PLACES }: Flag, value: string | boolean): [string, World][] {
  return [
    ...(settableIn.includes('.env')
      ? [['.env', { dotenv: `${variableOf(name)}='${String(value)}'\n` }] as [string, World]]
      : []),
    ...(settableIn.includes('project')
      ? [['fal-edit.config.json', { project: { [name]: value } }] as [string, World]]
      : []),
  ];
}

/** Every flag with a value that takes no liberties, in each file. */
function cases(trait: Flag['fromProject'], value: (flag: Flag) => string | boolean) {
  return ALL_FLAGS.filter(({ fromProject }) => fromProject === trait).flatMap((flag) =>
    inProject(flag, value(flag)).map(([file, world]) => ({ name: flag.name, flag, file, world })),
  );
}

const refusal = (name: string) => ({
  kind: 'usage',
  charged: 'no',
  message: expect.stringMatching(
    new RegExp(
      `^(${variableOf(name)} \\(in \\.env\\)|"${name}" in .*\\.json|FAL_PROXY_URL).* is refused until`,
    ),
  ),
  hint: expect.stringMatching(/fal-edit trust .*--trust-project/),
});

describe('every flag, set by an untrusted file of the project', () => {
  test.each(cases('yes', ({ value }) => (value === undefined ? true : '7')))(
    '$name in $file may be set',
    async ({ name, flag, world }) => {
      const value = flag.value === undefined ? true : flag.repeatable === true ? ['7'] : '7';
      expect((await settingsIn(world)).values).toEqual({ [name]: value });
    },
  );

  test.each(cases('trusted', ({ value }) => (value === undefined ? true : 'x')))(
    '$name in $file is refused, unless the command does not read it',
    async ({ name, world }) => {
      await expect(settingsIn(world)).rejects.toMatchObject(refusal(name));
      expect((await settingsIn({ ...world, own: [] })).values).toEqual({});
      expect((await settingsIn({ ...world, trusted: true })).values).toHaveProperty(name);
    },
  );

  test.each(cases('trusted', () => false).filter(({ flag }) => flag.value === undefined))(
    '$name in $file may be switched off',
    async ({ world }) => {
      expect((await settingsIn(world)).values).toEqual({});
    },
  );

  const outside = cases('inside-folder', () => '../../../elsewhere/x.png');
  test.each(outside)('$name in $file must not lead out of its folder', async ({ name, world }) => {
    await expect(settingsIn(world)).rejects.toMatchObject(refusal(name));
    expect((await settingsIn({ ...world, own: [] })).values).toEqual({});
    expect((await settingsIn({ ...world, trusted: true })).values).toHaveProperty(name);
  });

  test.each(cases('inside-folder', () => 'below/{name}.png'))(
    '$name in $file may stay in its folder',
    async ({ name, world }) => {
      expect((await settingsIn(world)).values).toHaveProperty(name);
    },
  );

  const caps = cases('stricter', () => '5').filter(({ flag }) => flag.value !== undefined);
  test.each(caps)('$name in $file holds where it is lower than the user has it', async ({ name, world }) => {
    const valueIn = async (more: World) => (await settingsIn({ ...world, ...more })).values[name];
    expect(await valueIn({})).toBe('5');
    expect(await valueIn({ user: { [name]: 3 } })).toBe('3');
    expect(await valueIn({ user: { [name]: 30 } })).toBe('5');
    expect(await valueIn({ env: { [variableOf(name)]: '3' } })).toBe('3');
    expect(await valueIn({ env: { [variableOf(name)]: '$30' } })).toBe('5');
    // What is typed is meant.
    expect(await valueIn({ given: { [name]: '30' } })).toBe('30');
    expect(await valueIn({ user: { [name]: 3 }, trusted: true })).toBe('5');
  });

  const guards = cases('stricter', () => false).filter(({ flag }) => flag.value === undefined);
  test.each(guards)('$name in $file may be switched on, and not off', async ({ name, flag, file, world }) => {
    const [on] = inProject(flag, true).filter(([where]) => where === file);
    expect((await settingsIn(on![1])).values).toEqual({ [name]: true });
    expect((await settingsIn({ ...world, user: { [name]: true } })).values).toEqual({ [name]: true });
    expect((await settingsIn({ ...world, user: { [name]: true }, trusted: true })).values).toEqual({});
  });
});

it('what is more than a yes, for whoever adds a flag', () => {
  const named = (trait: Flag['fromProject']) =>
    ALL_FLAGS.filter(({ fromProject }) => fromProject === trait)
      .map(({ name }) => name)
      .sort();
  expect(named('inside-folder')).toEqual([
    'file',
    'image',
    'lora',
    'out-dir',
    'output',
    'schema',
    'schemas',
    'set',
  ]);
  expect(named('stricter')).toEqual([
    ...['daily-cap', 'dry-run', 'frozen', 'max-cost', 'max-failures', 'max-jobs', 'sandbox'],
  ]);
  expect(named('trusted')).toEqual([
    ...[
      'again',
      'allow-outside',
      'assume-cost',
      'force',
      'junit',
      'open',
      'prompt-file',
      'proxy-url',
      'rebuild',
      'retry',
      'retry-failed',
      'settle',
    ],
    ...['trust-project', 'upload-as-is', 'vary', 'yes'],
  ]);
});

it('a flag means the same to the project in every command', () => {
  const all = COMMANDS.flatMap(({ spec }) => spec.flags);
  for (const { name, fromProject, settableIn } of all) {
    const same = all.filter((flag) => flag.name === name);
    expect(same.map((flag) => [name, flag.fromProject, flag.settableIn])).toEqual(
      same.map(() => [name, fromProject, settableIn]),
    );
  }
});

describe('caps', () => {
  test.each<[string, World, string | undefined]>([
    [
      'a share is no count: the user’s stays',
      { project: { 'max-failures': '5%' }, user: { 'max-failures': 3 } },
      '3',
    ],
    ['shares', { project: { 'max-failures': '5%' }, user: { 'max-failures': '30%' } }, '5%'],
    [
      '.env stands above the config file',
      { dotenv: 'FAL_EDIT_MAX_FAILURES=8', project: { 'max-failures': 2 } },
      '8',
    ],
  ])('%s', async (_, world, value) => {
    expect((await settingsIn(world)).values['max-failures']).toBe(value);
  });

  it('what cannot be compared is refused', async () => {
    await expect(
      settingsIn({ project: { 'max-cost': '1e9' }, user: { 'max-cost': 3 } }),
    ).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringContaining('"max-cost" in'),
    });
  });
});

describe('what leads out of the folder', () => {
  test.each([
    ['image', 'file:///etc/passwd'],
    ['image', '/home/somebody/photo.jpg'],
    ['lora', '/home/somebody/style.safetensors@0.8'],
    ['set', 'reference_image_url=/home/somebody/photo.jpg'],
    ['set', 'ip_adapters=[{"path":"owner/adapter","image_url":"/home/somebody/photo.jpg"}]'],
    ['set', 'reference_image_url="/home/somebody/photo.jpg"'],
    ['output', '/etc/x.png'],
    ['out-dir', '../../..'],
  ])('%s: %s', async (name, value) => {
    await expect(settingsIn({ project: { [name]: value } })).rejects.toMatchObject(refusal(name));
  });

  test.each([
    ['image', 'https://example.com/a?b=/c/../../d'],
    ['image', 'data:image/png;base64,iVBORw0KGgo/=='],
    ['lora', 'owner/style@0.8'],
    ['lora', '../style.safetensors'],
    ['set', 'scheduler=euler'],
    ['set', 'reference_image_url=https://example.com/a?b=/c'],
    ['output', '-'],
    ['output', '../{name}.png'],
    ['out-dir', '../out'],
  ])('but not %s: %s', async (name, value) => {
    expect((await settingsIn({ project: { [name]: value } })).values).toHaveProperty(name);
  });

  it('a link out of the folder', async () => {
    const root = await tempDir();
    await mkdir(path.join(root, 'project', 'photos', 'may'), { recursive: true });
    await symlink(await tempDir(), path.join(root, 'project', 'photos', 'may', 'out'));
    await expect(settingsIn({ project: { output: 'out/x.png' } }, root)).rejects.toMatchObject(
      refusal('output'),
    );
  });

  it('a link to the working directory is no way out', async () => {
    const root = await tempDir();
    await mkdir(path.join(root, 'real'));
    await symlink(path.join(root, 'real'), path.join(root, 'project'));
    expect((await settingsIn({ project: { output: 'x.png' } }, root)).values).toEqual({ output: 'x.png' });
  });
});

describe('a proxy of the project', () => {
  const PROXY = 'FAL_PROXY_URL=https://proxy.example/fal\n';
  test.each<[string, World]>([
    ['without a key', { dotenv: PROXY }],
    ['with the user’s key', { dotenv: PROXY, env: { FAL_KEY: 'my:key' } }],
    ['with the key of another file', { dotenv: PROXY, project: { key: 'their:key' } }],
    [
      'with a key of its own that is not used',
      { dotenv: `${PROXY}FAL_KEY=their:key`, env: { FAL_KEY: 'my:key' } },
    ],
  ])('%s is refused', async (_, world) => {
    await expect(settingsIn(world)).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringMatching(/^FAL_PROXY_URL \(in \.env\) is refused until you trust /),
    });
    expect(await settingsIn({ ...world, trusted: true })).toMatchObject({
      values: { 'proxy-url': 'https://proxy.example/fal' },
    });
  });

  it('gets the key of its own file', async () => {
    expect(await settingsIn({ dotenv: `${PROXY}FAL_KEY=their:key` })).toMatchObject({
      values: { 'proxy-url': 'https://proxy.example/fal' },
      key: 'their:key',
    });
  });

  it('is of no matter where the command line has another way', async () => {
    const values = { 'proxy-url': 'https://mine.example/' };
    expect(await settingsIn({ dotenv: PROXY, given: values })).toMatchObject({ values });
    expect((await settingsIn({ dotenv: PROXY, given: { sandbox: true } })).values).toEqual({ sandbox: true });
  });
});

describe('the ledger’s folder', () => {
  const dotenv = 'FAL_EDIT_STATE_DIR=elsewhere\n';
  it('in .env is a problem of commands that open it', async () => {
    expect(await settingsIn({ dotenv })).toMatchObject({
      stateDir: undefined,
      stateDirProblem: { kind: 'usage', message: expect.stringContaining('FAL_EDIT_STATE_DIR (in .env)') },
    });
  });
  it('in the environment and in a trusted .env is none', async () => {
    expect((await settingsIn({ dotenv, env: { FAL_EDIT_STATE_DIR: '/mine' } })).stateDir).toBe('/mine');
    expect((await settingsIn({ dotenv, trusted: true })).stateDir).toMatch(/may.elsewhere$/);
  });
});

describe('trust', () => {
  const project = { force: true };
  it('is of the content: a change ends it, and is named', async () => {
    expect((await settingsIn({ project, store: { project } })).values).toEqual({ force: true });
    await expect(settingsIn({ project, store: { project: { force: false } } })).rejects.toMatchObject({
      hint: expect.stringMatching(/fal-edit\.config\.json has changed since you trusted it/),
    });
  });
  it('of one file is not trust in another', async () => {
    await expect(
      settingsIn({ project, dotenv: 'FAL_EDIT_FORCE=1', store: { project } }),
    ).rejects.toMatchObject({ message: expect.stringContaining('FAL_EDIT_FORCE (in .env)') });
  });
  it('can be given by the environment', async () => {
    expect((await settingsIn({ project, env: { FAL_EDIT_TRUST_PROJECT: '1' } })).values).toEqual({
      force: true,
    });
  });
  it('all that is refused is named at once', async () => {
    await expect(settingsIn({ project: { force: true, junit: 'x' } })).rejects.toMatchObject({
      message: expect.stringMatching(/^"force" in .*\n"junit" in /),
    });
  });
});

test.each([
  ['the user’s', 1000, 0, 1000, false],
  ['the system’s', 0, 1000, 1000, false],
  ['of the owner of the working directory', 1001, 1001, 1000, false],
  ['of the owner of the working directory, for root in a container', 1001, 1001, 0, false],
  ['another’s, in a folder of the user’s below /tmp', 1001, 1000, 1000, true],
  ['another’s, in /tmp itself', 1001, 0, 1000, true],
  ['on a system without user ids', 0, 0, undefined, false],
])('a file %s: a third person’s?', (_, owner, cwdOwner, user, is) => {
  expect(isThirdPersons(owner, cwdOwner, user)).toBe(is);
});

test.skipIf(process.getuid?.() !== 0)('a file that another user really owns (needs root)', async () => {
  const root = await tempDir();
  const dotenv = 'FAL_KEY=their:key\n';
  expect(await settingsIn({ dotenv }, root)).toMatchObject({ key: 'their:key' });
  await chown(path.join(root, 'project', 'photos', 'may', '.env'), 12_345, 12_345);
  const { key, keyProblem } = await settingsIn({}, root);
  expect([key, keyProblem?.message]).toEqual([
    undefined,
    expect.stringMatching(/^The key is refused until you trust /),
  ]);
  expect(await settingsIn({ store: { dotenv } }, root)).toMatchObject({ key: 'their:key' });
});
