import { describe, expect, it, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { pageOf } from '../../src/commands/at-once.js';
import { flagsOf } from '../../src/commands/flags/editing.js';
import { COMMANDS } from '../../src/commands/all.js';
import { MODELS } from '../../src/models/registry.js';
import { FLAG_OF, SIZE_PRESETS, type RequestKey } from '../../src/models/request.js';
import { schemaAt, allowed } from '../../src/models/allowed.js';
import type { HelpFlag } from '../../src/terminal/help.js';
import { runCli } from '../support/run-cli.js';
import { tempDir } from '../support/temp-dir.js';

async function help(...argv: string[]): Promise<string> {
  const result = await runCli(argv, { cwd: await tempDir() });
  expect({ code: result.code, stderr: result.stderr }).toEqual({ code: 0, stderr: '' });
  return result.stdout;
}

const EDIT_FLAGS = flagsOf('edit');

describe.each<[string, string[], readonly HelpFlag[]]>([
  ['--help', ['--help'], EDIT_FLAGS],
  ['-h', ['-h'], EDIT_FLAGS],
  ['photo.png --help', ['photo.png', '--help'], EDIT_FLAGS],
  ['batch edits.csv --help', ['batch', 'edits.csv', '--help'], flagsOf('batch')],
  ['batch merge a --help', ['batch', 'merge', 'a', '--help'], flagsOf('batch merge')],
  ...COMMANDS.flatMap(({ spec: { name, flags } }): [string, string[], readonly HelpFlag[]][] => [
    [`${name} --help`, [...name.split(' '), '--help'], flags],
    [`help ${name}`, ['help', ...name.split(' ')], flags],
  ]),
])('%s', (_, argv, flags) => {
  it('fits 80 columns', async () => {
    const tooLong = (await help(...argv)).split('\n').filter((line) => line.length > 80);
    expect(tooLong).toEqual([]);
  });

  it('shows examples before anything about flags', async () => {
    const text = await help(...argv);
    const examples = text.indexOf('Examples:');
    expect(examples).toBeGreaterThan(0);
    expect(examples).toBeLessThan(text.indexOf('Usage:'));
    expect(text.indexOf('Usage:')).toBeLessThan(text.indexOf(`--${flags[0]!.name}`, text.indexOf('Usage:')));
  });

  it('has how the program itself behaves as its last group, and its exit codes at the end', async () => {
    const text = await help(...argv);
    const groups = [...new Set(flags.map(({ group }) => group))];
    expect(groups.slice(0, -1)).not.toContain('General');
    expect(text.trimEnd().split('\n\n').at(-1)).toMatch(/^Exit codes: 0 /);
  });

  it('has every flag that is not hidden, once', async () => {
    const text = await help(...argv);
    for (const { name, short, hidden } of flags) {
      const line = new RegExp(`^  ${short === undefined ? '   ' : `-${short},`} --${name}( |$)`, 'gm');
      expect(text.match(line) ?? [], name).toHaveLength(hidden === true ? 0 : 1);
    }
  });
});

test.each(['--version', '-V'])('%s', async (flag) => {
  expect(await help(flag)).toBe(`${packageJson.version}\n`);
});

test.each([
  ['nosuch', '\nhint: fal-edit --help lists all commands.'],
  ['Batchh', ' Did you mean batch?'],
  ['merge', ' Did you mean batch merge?'],
])('help %s: there is no such command', async (name, hint) => {
  const { code, stdout, stderr } = await runCli(['help', name], { cwd: await tempDir() });
  expect([code, stdout, stderr]).toEqual([2, '', `error: There is no command "${name}".${hint}\n`]);
});

test.each([
  [['batch', 'merge', 'out', '-d', 'all', '--strength', '0.9'], "Unknown option '--strength'."],
  [
    ['batch', '--concurrency', '3', 'merge', 'out', '-d', 'all'],
    '--concurrency: batch merge has no such flag.',
  ],
])('batch merge refuses what it does not have: %j', async (argv, message) => {
  const { code, stdout, stderr } = await runCli(argv, { cwd: await tempDir() });
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(message);
});

it('takes flags of batch merge in front of its word too', async () => {
  const { code, stderr } = await runCli(['batch', '-d', 'all', 'merge', 'nothing'], { cwd: await tempDir() });
  expect(code).toBe(2);
  expect(stderr).toContain('nothing');
  expect(stderr).not.toContain('--out-dir is missing');
});

it('knows each example of its own: every flag in them exists', () => {
  for (const { spec } of COMMANDS) {
    const page = pageOf(spec);
    for (const [command] of page.examples) {
      const used = [...command.matchAll(/ (--?[a-z][a-z-]*)/g)].map(([, flag]) => flag);
      const known = page.flags.flatMap(({ name, short }: HelpFlag) => [`--${name}`, `-${short ?? name}`]);
      expect(known).toEqual(expect.arrayContaining(used));
    }
  }
});

it('the help of an edit names every command', async () => {
  const text = await help('--help');
  for (const { spec } of COMMANDS) expect(text).toMatch(new RegExp(`^  ${spec.name}( |$)`, 'm'));
});

describe('what the help says of values is what the models take', () => {
  const valueOf = (name: string) => EDIT_FLAGS.find((flag) => flag.name === name)!.value!;
  const ranges = (field: string) =>
    MODELS.filter(({ input }) => field in input.shape).map(({ input }) =>
      allowed(schemaAt(input, [field]).schema),
    );

  test.each([
    ['strength', 'strength'],
    ['image-strength', 'image_strength'],
    ['guidance', 'guidance_scale'],
  ])('--%s: the widest of their ranges', (flag, field) => {
    const bounds = ranges(field).map((text) => /^a number from ([\d.]+) to ([\d.]+)$/.exec(text)!.slice(1));
    const least = Math.min(...bounds.map(([min]) => Number(min)));
    const most = Math.max(...bounds.map(([, max]) => Number(max)));
    expect(valueOf(flag)).toBe(`<${least}..${most}>`);
  });

  it('--steps: up to 50', () => {
    expect(EDIT_FLAGS.find(({ name }) => name === 'steps')!.help).toContain('up to 50');
    for (const range of ranges('num_inference_steps')) expect(range).toMatch(/ to 50$/);
  });

  it('--acceleration and --format list their words', () => {
    const words = (flag: string) => valueOf(flag).slice(1, -1).split('|').sort();
    expect(words('acceleration').join(', ')).toBe(
      ranges('acceleration')[0]!
        .split(/, | or /)
        .sort()
        .join(', '),
    );
    expect(words('format')).toEqual([...new Set(MODELS.flatMap(({ formats }) => formats))].sort());
  });

  it('--size names presets that exist, --model all models', () => {
    const text = (name: string) => EDIT_FLAGS.find((flag) => flag.name === name)!.help;
    expect(Object.keys(SIZE_PRESETS)).toContain(/e\.g\. (\w+),/.exec(text('size'))?.[1]);
    for (const { name } of MODELS) expect(text('model')).toContain(name);
    expect(text('model')).toContain(`(default ${MODELS[0].name})`);
  });

  it('flags that some models lack name those that have them', () => {
    for (const { name, help: text, hidden } of EDIT_FLAGS.filter((flag) => flag.hidden !== true)) {
      const key = (Object.keys(FLAG_OF) as RequestKey[]).find(
        (candidate) => FLAG_OF[candidate] === `--${name}`,
      );
      if (key === undefined || hidden === true) continue;
      const owners = MODELS.filter(({ fields }) => fields[key] !== undefined).map((model) => model.name);
      const said = owners.length === MODELS.length ? undefined : owners.join(', ');
      const named = /\(((?:flux-[\w-]+(?:, )?)+)\)$/.exec(text)?.[1];
      expect([name, named]).toEqual([name, said]);
    }
  });
});
