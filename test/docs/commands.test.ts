/* What the pages tell people to type is understood by a shell and by the program as it is, and what they point at exists. */
import { execFile } from 'node:child_process';
import { access, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { systemContext } from '../../src/context.js';
import { COMMAND_WORDS } from '../../src/commands/all.js';
import { createProgram } from '../../src/program.js';
import { fences, shownCommands } from './markdown.js';
import { pageNames, readPage, ROOT } from './pages.js';
import { words } from './shell.js';

const PAGES = await Promise.all(
  (await pageNames()).map(async (name) => ({ name, text: await readPage(name) })),
);

test('every shell block is one, and its commands and flags exist', async () => {
  for (const { name, text } of PAGES) {
    const scripts = fences(text)
      .filter(({ language }) => language === 'sh')
      .map(({ lines }) => lines.join('\n'));
    if (scripts.length === 0) continue;
    const script = scripts.join('\n');
    await promisify(execFile)('bash', ['-n', '-c', script]);
    for (const call of callsIn(script)) understand(call, name);
  }
});

test('the commands of sessions exist, also where they are refused', () => {
  for (const { name, text } of PAGES) {
    for (const { command } of shownCommands(text))
      for (const call of callsIn(command)) understand(call, name);
  }
});

test('links between the pages lead somewhere', async () => {
  const headings = new Map(PAGES.map(({ name, text }) => [name, anchorsOf(text)]));
  for (const { name, text } of PAGES) {
    for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [file = '', anchor] = target.split('#');
      const full = file === '' ? name : path.posix.join(path.posix.dirname(name), file);
      await expect(access(path.join(ROOT, full)), `${name}: ${target}`).resolves.toBeUndefined();
      if (anchor !== undefined) expect(headings.get(full), `${name}: ${target}`).toContain(anchor);
    }
  }
});

test('the files that the pages name are there', async () => {
  for (const { name, text } of PAGES) {
    for (const [, file = ''] of text.matchAll(/`((?:src|test|scripts|examples)\/[^`*<\s]*)`/g)) {
      await expect(access(path.join(ROOT, file)), `${name}: ${file}`).resolves.toBeUndefined();
    }
  }
});

test('every section of fal-api.md that a comment cites is there', async () => {
  const page = PAGES.find(({ name }) => name === 'docs/fal-api.md')?.text ?? '';
  const sections = [...page.matchAll(/^#+ (\d[\d.]*?)\.? /gm)].map(([, section]) => section);
  for (const folder of ['src', 'test']) {
    for (const file of await readdir(path.join(ROOT, folder), { recursive: true })) {
      if (!file.endsWith('.ts')) continue;
      const source = await readFile(path.join(ROOT, folder, file), 'utf8');
      const cited = source.matchAll(
        /fal-api\.md,?\s*(?:\*\s*)?(?:section\s)?((?:\d+(?:\.\d+)?(?:, | and )?)+)/g,
      );
      for (const [, list = ''] of cited) {
        for (const section of list.match(/\d+(\.\d+)?/g) ?? []) expect(sections, file).toContain(section);
      }
    }
  }
});

/** The calls of fal-edit in a script, as they stand, up to where the shell takes over. */
function callsIn(script: string): string[] {
  return script
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('#'))
    .flatMap((line) => [
      ...line.matchAll(/(?:^|[;&|(!]|\b(?:if|then|do|npx)) *(fal-edit (?:'[^']*'|"[^"]*"|[^'";&|#)])*)/g),
    ])
    .map(([, call = '']) => call.trim());
}

/** Parses a call as the program does, without running it. */
function understand(call: string, page: string): void {
  const argv = words(call).map(({ text }) => text);
  const redirect = argv.findIndex((word) => /^\d?[<>]/.test(word));
  const [first = '', ...rest] = argv.slice(1, redirect < 0 ? undefined : redirect);
  const program = createProgram(systemContext(new AbortController().signal), () => undefined);
  const isCommand = COMMAND_WORDS.includes(first);
  const command = program.commands.find((one) => one.name() === (isCommand ? first : 'edit'));
  // The words of a subcommand are its own.
  const within = isCommand ? command?.commands.find((one) => one.name() === rest[0]) : undefined;
  const { unknown } = within?.parseOptions(rest.slice(1)) ??
    command?.parseOptions(isCommand ? rest : [first, ...rest]) ?? { unknown: [] };
  const left = unknown.filter((word) => word !== '--help' && word !== '-h' && first !== 'help');
  expect(left, `${page}: ${call}`).toEqual([]);
}

/** The anchors that GitHub gives to the headings of a page. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
