import { describe, expect, it, test } from 'vitest';
import { ALL_FLAGS } from '../../src/commands/all.js';
import { variableOf, type Flag } from '../../src/commands/flag.js';
import type { SettingSource } from '../../src/config/flag-definition.js';
import { settingsIn, type World } from './world.js';

const PLACES: readonly SettingSource[] = ['environment', '.env', 'project', 'user'];
const settings = (world: World) => settingsIn(world);

describe('every flag has a variable, a line in .env and a key in a config file', () => {
  const settable = (at: SettingSource) =>
    ALL_FLAGS.filter(({ settableIn }) => settableIn?.includes(at) ?? true).map(
      (flag) => [flag.name, flag] as const,
    );
  const valueOf = ({ value, repeatable }: Flag) =>
    value === undefined ? true : repeatable === true ? ['7'] : '7';
  const textOf = (flag: Flag) => (flag.value === undefined ? 'true' : '7');

  test.each(settable('environment'))('%s in the environment', async (name, flag) => {
    const variable = variableOf(name);
    expect(variable).toMatch(/^FAL_EDIT_[A-Z_]+$/);
    const env = await settings({ env: { [variable]: textOf(flag) } });
    // That the files are trusted is said to the settings, and to nobody else.
    expect(env.values).toEqual(name === 'trust-project' ? {} : { [name]: valueOf(flag) });
    expect(env.origins[name]).toBe(variable);
  });

  test.each(settable('.env'))('%s in .env', async (name, flag) => {
    const variable = variableOf(name);
    const dotenv = await settings({ dotenv: `${variable}=${textOf(flag)}\n`, trusted: true });
    expect(dotenv.values).toEqual({ [name]: valueOf(flag) });
    expect(dotenv.origins[name]).toBe(`${variable} (in .env)`);
  });

  test.each(settable('project'))('%s in a config file', async (name, flag) => {
    const value = flag.value === undefined ? true : 7;
    // A number of the request keeps its type.
    const read = flag.isNumber === true ? value : valueOf(flag);
    const project = await settings({ project: { [name]: value }, trusted: true });
    expect(project.values).toEqual({ [name]: read });
    expect(project.origins[name]).toMatch(new RegExp(`^"${name}" in .*fal-edit\\.config\\.json$`));
    const user = await settings({ user: { [name]: value } });
    expect(user.values).toEqual({ [name]: read });
  });

  const unsettable = ALL_FLAGS.flatMap(({ name, settableIn = PLACES }) =>
    PLACES.filter((place) => !settableIn.includes(place)).map((place) => [name, place] as const),
  );
  test.each(unsettable)('but %s in %s is refused, even where the project is trusted', async (name, place) => {
    const world: Record<SettingSource, World> = {
      environment: { env: { [variableOf(name)]: '1' } },
      '.env': { dotenv: `${variableOf(name)}=1` },
      project: { project: { [name]: true } },
      user: { user: { [name]: true } },
    };
    await expect(settings({ ...world[place], trusted: true })).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringContaining(`is refused: --${name} cannot be set in`),
    });
  });

  it('such flags are those that pay without asking, and those that trust', () => {
    expect(unsettable.map((pair) => pair.join(' in ')).sort()).toEqual([
      ...['again in .env', 'again in environment', 'allow-outside in .env', 'allow-outside in environment'],
      ...['allow-outside in project', 'allow-outside in user'],
      ...['trust-project in .env', 'trust-project in project', 'trust-project in user'],
      ...['yes in .env', 'yes in environment'],
    ]);
  });
});

describe('the stronger place wins', () => {
  const LAYERS: [string, World][] = [
    ['--steps', { given: { steps: '1' } }],
    ['FAL_EDIT_STEPS', { env: { FAL_EDIT_STEPS: '2' } }],
    ['FAL_EDIT_STEPS (in .env)', { dotenv: 'FAL_EDIT_STEPS=3' }],
    ['project', { project: { steps: 4 } }],
    ['home', { user: { steps: '5' } }],
  ];
  test.each(LAYERS.map((_, from) => from))('from layer %i down', async (from) => {
    const world = Object.assign({}, ...LAYERS.slice(from).map(([, layer]) => layer)) as World;
    const { values, origins } = await settings(world);
    expect(Object.keys(values)).toEqual(['steps']);
    expect(`${values['steps'] as string | number}`).toBe(String(from + 1));
    expect(origins['steps']).toContain(LAYERS[from]![0]);
  });

  it('lists are replaced, not joined', async () => {
    const { values } = await settings({ env: { FAL_EDIT_LORA: 'a/b' }, project: { lora: ['c/d', 'e/f'] } });
    expect(values).toEqual({ lora: ['a/b'] });
  });

  it('a switch that is off hides one that is on', async () => {
    expect((await settings({ env: { FAL_EDIT_SANDBOX: '0' }, project: { sandbox: true } })).values).toEqual(
      {},
    );
    expect((await settings({ project: { force: false }, user: { force: true } })).values).toEqual({});
    expect((await settings({ given: { force: true }, env: { FAL_EDIT_FORCE: 'no' } })).values).toEqual({
      force: true,
    });
  });
});

describe('flags that exclude each other', () => {
  test.each<[string, World, Record<string, unknown>]>([
    [
      'prompt and file',
      { given: { prompt: 'a' }, env: { FAL_EDIT_PROMPT_FILE: 'b' }, project: { prompt: 'c' } },
      { prompt: 'a' },
    ],
    [
      'file and prompt',
      { given: { 'prompt-file': 'b' }, env: { FAL_EDIT_PROMPT: 'a' } },
      { 'prompt-file': 'b' },
    ],
    [
      'both spellings of the strength',
      { env: { FAL_EDIT_IMAGE_STRENGTH: '0.2' }, project: { strength: 0.5 } },
      { 'image-strength': '0.2' },
    ],
    [
      'sandbox and proxy',
      { given: { sandbox: true }, env: { FAL_PROXY_URL: 'http://127.0.0.1:1/' } },
      { sandbox: true },
    ],
    [
      'proxy and sandbox',
      { given: { 'proxy-url': 'http://127.0.0.1:1/' }, env: { FAL_EDIT_SANDBOX: 'yes' } },
      { 'proxy-url': 'http://127.0.0.1:1/' },
    ],
    [
      'no sandbox beside a proxy',
      { env: { FAL_EDIT_SANDBOX: 'no', FAL_PROXY_URL: 'http://127.0.0.1:1/' } },
      { 'proxy-url': 'http://127.0.0.1:1/' },
    ],
    [
      'no sandbox above a proxy',
      { env: { FAL_EDIT_SANDBOX: 'no' }, dotenv: 'FAL_PROXY_URL=http://127.0.0.1:1/', trusted: true },
      { 'proxy-url': 'http://127.0.0.1:1/' },
    ],
  ])('%s in different places: the stronger one', async (_, world, values) => {
    expect((await settings(world)).values).toEqual(values);
  });

  it('in one place are refused, by the names of that place', async () => {
    const both = { FAL_EDIT_STRENGTH: '1', FAL_EDIT_IMAGE_STRENGTH: '1' };
    await expect(settings({ env: both })).rejects.toMatchObject({
      kind: 'usage',
      message: 'FAL_EDIT_STRENGTH and FAL_EDIT_IMAGE_STRENGTH exclude each other. Give one.',
    });
  });
});

describe('words', () => {
  test.each(['1', 'true', 'TRUE', 'yes', 'on', ' on '])('%j is on', async (word) => {
    expect((await settings({ env: { FAL_EDIT_FORCE: word } })).values).toEqual({ force: true });
  });
  test.each(['0', 'false', 'No', 'off'])('%j is off', async (word) => {
    expect((await settings({ env: { FAL_EDIT_FORCE: word } })).values).toEqual({});
  });
  test.each(['2', 'si', 'null', '-'])('%j is neither', async (word) => {
    await expect(settings({ env: { FAL_EDIT_FORCE: word } })).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringContaining('FAL_EDIT_FORCE'),
    });
  });
  it('an empty variable is as good as none', async () => {
    const { values } = await settings({ env: { FAL_EDIT_STEPS: '' }, user: { steps: 4 } });
    expect(values).toEqual({ steps: 4 });
  });
  it('a list in a variable is written as JSON, one item as it stands', async () => {
    const { values } = await settings({ env: { FAL_EDIT_LORA: '["a/b@1","c/d"]', FAL_EDIT_SET: 'a=[1]' } });
    expect(values).toEqual({ lora: ['a/b@1', 'c/d'], set: ['a=[1]'] });
  });
});

describe('.env', () => {
  it('sets FAL_* names alone', async () => {
    const dotenv =
      'PATH=/evil\nNO_COLOR=1\nHTTPS_PROXY=http://evil\n# note\nFAL_KEY="a:b"\nFAL_EDIT_SEED=4\n';
    const { values, key } = await settings({ dotenv });
    expect({ values, key }).toEqual({ values: { seed: '4' }, key: 'a:b' });
  });
});
