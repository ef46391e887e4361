/* What people type first, and what they type by mistake: the answer is the command that they probably meant. */
import { cp, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { runCli, type CliResult } from '../support/run-cli.js';
import { tempDir } from '../support/temp-dir.js';
import { SMALL } from './scene.js';
import type { DryRun } from './scene.js';

/** A folder with a.png, b.png, a.png within photos/, and a file whose name has a space. */
async function folder(): Promise<string> {
  const cwd = await tempDir();
  await mkdir(path.join(cwd, 'photos'));
  await writeFile(path.join(cwd, 'a.png'), SMALL);
  for (const name of ['b.png', 'photos/a.png', 'my cat', 'bach']) {
    await cp(path.join(cwd, 'a.png'), path.join(cwd, name));
  }
  return cwd;
}

async function run(argv: readonly string[], env: Record<string, string> = {}): Promise<CliResult> {
  return runCli(argv, { cwd: await folder(), env });
}

describe('a bare fal-edit', () => {
  it('explains itself on a terminal, exit 0', async () => {
    const { code, stdout, stderr } = await runCli([], { cwd: await folder(), tty: true });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('fal-edit photo.jpg "turn it into a watercolor" --sandbox');
    expect(stdout).toContain('https://fal.ai/dashboard/keys');
    expect(stdout).toContain('fal-edit --help');
    expect(stdout.split('\n').every((line) => line.length <= 80)).toBe(true);
  });

  it('says the same on stderr in a script, exit 2', async () => {
    const { code, stdout, stderr } = await run([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('fal-edit --help');
  });

  test.each([{ FAL_EDIT_PROMPT: 'snow' }, { FAL_EDIT_IMAGE: 'a.png' }])(
    'is an edit where %j says a part of it',
    async (env) => {
      const { code, stderr } = await run([], env);
      expect(code).toBe(2);
      expect(stderr).toMatch(/^error: .* is missing/);
    },
  );
});

describe('the prompt without -p', () => {
  test.each([
    [['a.png', 'make it blue'], 'make it blue'],
    [['make it blue', 'a.png'], 'make it blue'],
    [['a.png', 'a 50/50 mix of day and night'], 'a 50/50 mix of day and night'],
  ])('%j', async (words, prompt) => {
    const { code, stderr, json } = await run([...words, '-n', '--json'], { FAL_EDIT_PROMPT: 'configured' });
    expect(code, stderr).toBe(0);
    expect(json<DryRun>().input).toMatchObject({ prompt });
  });

  it('beats a configured --prompt-file', async () => {
    const cwd = await folder();
    await writeFile(path.join(cwd, 'p.txt'), 'from a file');
    const env = { FAL_EDIT_PROMPT_FILE: 'p.txt' };
    const { code, stderr, json } = await runCli(['a.png', 'make it blue', '-n', '--json'], { cwd, env });
    expect(code, stderr).toBe(0);
    expect(json<DryRun>().input).toMatchObject({ prompt: 'make it blue' });
  });

  test.each([
    [['my cat', '-p', 'snow'], 0],
    [['my cat', 'make it blue'], 0],
    // A picture that is not there, and no prompt.
    [['photos/my cat', '-p', 'snow'], 2],
    [['my dog.png', '-p', 'snow'], 2],
  ])('a file is a picture, whatever its name: %j', async (words, code) => {
    const result = await run([...words, '-n']);
    expect(result.code, result.stderr).toBe(code);
    expect(result.stderr).not.toContain('prompt split');
  });

  it('is said once', async () => {
    const { code, stderr } = await run(['a.png', 'make it blue', 'make it red']);
    expect(code).toBe(2);
    expect(stderr).toContain('There are 2 prompts: "make it blue" and "make it red". Use one.');
  });

  test.each([
    ['batch', `fal-edit batch a.png -p 'make it blue'`],
    ['compare', `fal-edit compare a.png -p 'make it blue'`],
    ['sweep', `fal-edit sweep a.png -p 'make it blue'`],
  ])('%s names -p instead', async (command, hint) => {
    const { code, stderr } = await run([command, 'a.png', 'make it blue', '-n']);
    expect(code).toBe(2);
    expect(stderr).toBe(`error: "make it blue" is not a picture.\nhint: If it is the prompt: ${hint}\n`);
  });
});

test.each<[string, string[], error: string, hint?: string]>([
  ['a misspelt command', ['batc', 'x.csv'], 'There is no command "batc". Did you mean batch?'],
  ['another', ['statuz', 'last'], 'There is no command "statuz". Did you mean status?'],
  ['another', ['requets'], 'There is no command "requets". Did you mean requests?'],
  ['nothing close', ['foo'], 'There is no command or file "foo".', 'fal-edit --help lists all commands.'],
  [
    'a close model',
    ['a.png', '-p', 'x', '-m', 'flux2'],
    '--model: unknown model "flux2". Available: flux-general, flux-2-lora, flux-2-edit, flux-dev, or an endpoint id of fal.',
    'Did you mean flux-2-lora?',
  ],
  [
    'no close model',
    ['a.png', '-p', 'x', '-m', 'sdxl'],
    '--model: unknown model "sdxl". Available: flux-general, flux-2-lora, flux-2-edit, flux-dev, or an endpoint id of fal.',
    "Search fal's models: fal-edit models search sdxl",
  ],
  [
    'several pictures',
    ['a.png', 'b.png', 'make it blue'],
    '--image: 2 pictures are given, but flux-general takes exactly one picture.',
    `flux-2-lora edits up to 4 together, flux-2-edit up to 4: -m flux-2-lora. To edit each of them: fal-edit batch a.png b.png -p 'make it blue'`,
  ],
  [
    'a folder',
    ['photos', '-p', 'x'],
    '--image: "photos" is a folder, not a file.',
    `To edit every picture in it: fal-edit batch photos -p '…'`,
  ],
  [
    'a pattern that the shell left alone',
    ['*.jpg', '-p', 'x'],
    '--image: "*.jpg": no such file.',
    `Patterns work only with batch. To edit every match: fal-edit batch '*.jpg' -p '…'`,
  ],
  [
    'a prompt without quotes',
    ['a.png', '-p', 'make', 'it', 'blue'],
    'No such files: "it", "blue". Was the prompt split by the shell?',
    `Put it in quotes: fal-edit a.png -p 'make it blue'`,
  ],
  [
    'a prompt without quotes and -p',
    ['a.png', 'make', 'it', 'blue'],
    'No such files: "make", "it", "blue". Was the prompt split by the shell?',
    `Put it in quotes: fal-edit a.png -p 'make it blue'`,
  ],
  [
    'an apostrophe of a word processor in a name',
    ['L’été.jpg', '-p', 'x'],
    '--image: "L’été.jpg": no such file.',
  ],
  [
    'several pictures that are not there',
    ['c.jpg', 'd.jpg', '-p', 'x'],
    '--image: 2 pictures are given, but flux-general takes exactly one picture.',
    'flux-2-lora edits up to 4 together, flux-2-edit up to 4: -m flux-2-lora. To edit each of them: fal-edit batch c.jpg d.jpg -p x',
  ],
  [
    'a flag that a subcommand lacks',
    ['batch', 'merge', 'out', '-d', 'all', '--strength', '0.9'],
    "Unknown option '--strength'.",
    'fal-edit batch merge --help lists all flags.',
  ],
  [
    'curly quotes',
    ['a.png', '-p', '“make', 'it', 'blue”'],
    'The prompt is in curly quotes (“ ”), which the shell does not treat as quotes.',
    `Use straight ones: fal-edit a.png -p 'make it blue'`,
  ],
  [
    '--prompt without a value',
    ['a.png', '--prompt'],
    '--prompt needs a value: -p or --prompt <text>.',
    'fal-edit photo.jpg -p "turn it into a watercolor"',
  ],
  [
    'another flag without a value',
    ['a.png', '-p', 'x', '--strength'],
    '--strength needs a value: --strength <0.01..1>.',
  ],
  [
    '-s',
    ['a.png', '-p', 'x', '-s', '0.5'],
    "Unknown option '-s'.",
    'Flags with that letter: --strength, --steps, --seed, --set, --size, --sandbox, --schema, --schema-max-age.',
  ],
  [
    '-n 4',
    ['a.png', '-p', 'x', '-n', '4'],
    '-n is --dry-run and takes no value; there is no picture "4".',
    'To make 4 pictures: --num-images 4',
  ],
  [
    'a colon before the scale',
    ['a.png', '-p', 'x', '--lora', 'owner/style:0.8'],
    '--lora: "owner/style:0.8": the scale follows an @, not a colon.',
    '--lora owner/style@0.8',
  ],
  [
    'compare without a prompt',
    ['compare', 'a.png', '-n'],
    '--prompt is missing: say what the picture should become.',
    'fal-edit compare photo.jpg -p "a watercolor"',
  ],
])('%s: %j', async (_, argv, error, hint) => {
  const { code, stdout, stderr } = await run(argv, { FAL_KEY: 'id:secret' });
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toBe(`error: ${error}\n${hint === undefined ? '' : `hint: ${hint}\n`}`);
});

test.each([
  ['--size', '1000', 'For a square: --size 1000x1000'],
  ['--strength', '60%', '60% is 0.6.'],
])('%s %s: what was probably meant', async (flag, value, hint) => {
  const { code, stderr } = await run(['a.png', '-p', 'x', flag, value, '-n']);
  expect(code).toBe(2);
  expect(stderr.trimEnd().split('\n').at(-1)).toBe(`hint: ${hint}`);
});

it('--seed random chooses one, against a configured seed too', async () => {
  const env = { FAL_EDIT_SEED: '7' };
  const { code, stderr, json } = await run(['a.png', '-p', 'x', '--seed', 'random', '-n', '--json'], env);
  expect(code, stderr).toBe(0);
  expect((json<DryRun>().input as { seed: number }).seed).not.toBe(7);
});

it('--expect not_blank needs no value', async () => {
  const { code, stderr } = await run(['batch', 'a.png', '-p', 'x', '--expect', 'not_blank', '-n']);
  expect(code, stderr).toBe(0);
});

it('a file wins over a misspelt command', async () => {
  const { code, stderr } = await run(['bach', '-p', 'x', '-n']);
  expect(code, stderr).toBe(0);
});

test.each(['models', 'loras', 'presets'])('"%s" of a config file is a known map', async (name) => {
  const cwd = await folder();
  const config = (value: unknown) =>
    writeFile(path.join(cwd, 'fal-edit.config.json'), JSON.stringify({ [name]: value }));
  await config({ mine: 'acme/fill' });
  const known = await runCli(['a.png', '-p', 'x', '-n'], { cwd });
  expect(known.code, known.stderr).toBe(0);
  await config(7);
  const { code, stderr } = await runCli(['a.png', '-p', 'x', '-n'], { cwd });
  // The flag of compare has the same name.
  if (name === 'models') expect(code, stderr).toBe(0);
  else expect(stderr).toContain(`must be an object`);
});
