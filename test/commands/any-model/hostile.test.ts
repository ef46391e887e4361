import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { folderWithPhoto, quickly } from '../../edit/harness.js';
import { documentOf, ENDPOINT } from '../../models/schema/documents.js';
import { runCli } from '../../support/run-cli.js';
import { sandbox } from '../../support/sandbox.js';

const BAD =
  'x\u001b]0;owned\u0007\u001b[2J\u009b31m\u202ey\r\n::error::gotcha\u0000<script>alert(1)</script>';

const text = { type: 'string' };
const document = documentOf(
  {
    image_url: { type: 'string', description: BAD, title: BAD },
    prompt: { type: 'string', default: BAD, examples: [BAD], description: `The prompt. ${BAD}` },
    strength: { type: 'number', maximum: 1, description: `Only used if ${BAD}.` },
    style: { enum: ['fine', 'plain', BAD], description: `Ignored unless ${BAD}.`, default: BAD },
    inner: { properties: { level: { type: 'integer', description: `No effect ${BAD}` } }, title: BAD },
    weight: { type: 'number', default: { [BAD]: [BAD] } },
    note: { type: 'string', description: BAD, examples: [BAD] },
  },
  ['image_url', 'note'],
) as Record<string, unknown>;
document['info'] = { title: BAD, description: BAD, 'x-fal-metadata': { category: BAD } };

/** Every control character but newline and tab, and changes of reading direction. */
const hostile = (printed: string): string[] =>
  printed.match(/(?![\n\t])[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu) ?? [];

test.each<[string, number, string[]]>([
  ['models', 0, ['models', ENDPOINT]],
  ['models --json', 0, ['models', ENDPOINT, '--json']],
  ['models --json-schema', 0, ['models', ENDPOINT, '--json-schema']],
  ['the help', 0, ['edit', '-m', ENDPOINT, '--help']],
  [
    'a dry run with notes',
    0,
    [
      'cat.png',
      '-m',
      ENDPOINT,
      '--dry-run',
      '--strength',
      '0.5',
      '--set',
      'style=fine',
      '--set',
      'inner.level=1',
      '--set',
      'note=x',
    ],
  ],
  [
    'a dry run as JSON',
    0,
    ['cat.png', '-m', ENDPOINT, '--dry-run', '--json', '--set', 'style=fine', '--set', 'note=x'],
  ],
  ['an edit', 0, ['cat.png', '-m', ENDPOINT, '--set', 'style=fine', '--set', 'note=x', '--verbose']],
  ['a wrong word', 2, ['cat.png', '-m', ENDPOINT, '--set', 'style=none', '--set', 'note=x']],
  ['a missing field', 2, ['cat.png', '-m', ENDPOINT, '--dry-run']],
  ['a wrong name', 2, ['cat.png', '-m', ENDPOINT, '--set', 'styl=fine']],
])(
  'no text of a document is obeyed by a terminal, or is a command of the CI: %s',
  async (_, expected, argv) => {
    const fal = await sandbox({
      documents: [{ endpoint: ENDPOINT, openapi: document }],
      renderPictures: false,
    });
    const cwd = await folderWithPhoto();
    await writeFile(path.join(cwd, 'schema.json'), JSON.stringify(document));
    for (const tty of [false, true]) {
      const { code, stdout, stderr } = await runCli([...argv, '--schema', 'schema.json'], {
        ...{ cwd, tty, context: { sleep: quickly } },
        env: { ...fal.env, GITHUB_ACTIONS: 'true', NO_COLOR: '1', CI: 'true' },
      });
      expect({ code, stderr }).toMatchObject({ code: expected });
      expect(hostile(stdout)).toEqual([]);
      expect(hostile(stderr)).toEqual([]);
      expect(stderr).not.toMatch(/^\s*::/m);
    }
  },
);

test('nor is one of the catalogue', async () => {
  const fal = await sandbox({
    documents: [{ endpoint: ENDPOINT, openapi: document }],
    renderPictures: false,
  });
  const cwd = await folderWithPhoto();
  const { code, stdout, stderr } = await runCli(['models', 'search', 'made'], { cwd, env: fal.env });
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect([stdout, stderr].flatMap(hostile)).toEqual([]);
});

test('a value of the user’s own in a field is not taken from a prototype', async () => {
  const cwd = await folderWithPhoto();
  await writeFile(
    path.join(cwd, 'schema.json'),
    JSON.stringify(documentOf({ image_url: text, prompt: text })),
  );
  const { code, stderr } = await runCli(
    ['cat.png', '-m', ENDPOINT, '--schema', 'schema.json', '--dry-run', '--set', '__proto__.polluted=1'],
    { cwd, env: {} },
  );
  expect(code).toBe(2);
  expect(stderr).toContain('has no field "__proto__"');
  expect(({} as Record<string, unknown>)['polluted']).toBe(undefined);
});
