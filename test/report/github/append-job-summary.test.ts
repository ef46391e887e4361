import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it, test } from 'vitest';
import { appendJobSummary } from '../../../src/report/github/append-job-summary.js';
import { tempDir } from '../../support/temp-dir.js';

const MIB = 1_048_576;
const NOTE = '\nThe rest did not fit: GitHub allows 1 MiB per step.\n';

/** Appends to a file with such a content; what is there afterwards, and what was said. */
async function appended(before: string | undefined, text: string) {
  const file = path.join(await tempDir(), 'summary.md');
  if (before !== undefined) await writeFile(file, before);
  const problem = await appendJobSummary(file, text);
  return { problem, after: await readFile(file, 'utf8'), size: (await stat(file)).size };
}

it('makes the file', async () => {
  expect(await appended(undefined, '## a\n')).toMatchObject({ problem: undefined, after: '## a\n' });
});

it('goes on on a line of its own', async () => {
  expect(await appended('earlier', '## a\n')).toMatchObject({
    problem: undefined,
    after: 'earlier\n## a\n',
  });
});

it('fills the file to the last byte', async () => {
  const text = `${'x'.repeat(MIB - 4)}\n`;
  expect(await appended('é', text)).toMatchObject({ problem: undefined, after: `é\n${text}`, size: MIB });
});

it('cuts at the end of a line, with a note', async () => {
  const line = `| ${'写'.repeat(20)} |\n`;
  const { problem, after, size } = await appended('earlier\n', line.repeat(20_000));
  expect(problem).toBeUndefined();
  expect(size).toBeLessThanOrEqual(MIB);
  expect(size).toBeGreaterThan(MIB - 2 * Buffer.byteLength(line));
  expect(after.endsWith(`\n${line}${NOTE}`)).toBe(true);
  expect(after.replace('earlier\n\n', '').replace(NOTE, '').replaceAll(line, '')).toBe('');
});

test.each([
  ['full', MIB],
  ['too full', MIB + 1],
  ['as good as full', MIB - NOTE.length - 3],
])('a file that is %s stays as it is', async (_, size) => {
  const before = 'x'.repeat(size);
  const { problem, after } = await appended(before, `${'y'.repeat(100)}\nz\n`);
  expect(problem).toMatch(/is full/);
  expect(after === before).toBe(true);
});

it('says what is wrong instead of throwing', async () => {
  const folder = await tempDir();
  expect(await appendJobSummary(folder, 'a')).toMatch(/^GITHUB_STEP_SUMMARY: EISDIR/);
  expect(await appendJobSummary(path.join(folder, 'no', 'such'), 'a')).toMatch(/ENOENT/);
  expect(await appendJobSummary('a\0b', 'a')).toMatch(/null bytes/);
});
