import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { folderWithPhoto, leftIn, type Document } from '../edit/harness.js';
import { sandbox } from '../support/sandbox.js';
import { QUICK, run, shell, start } from './spawned.js';

const EDIT = ['cat.png', '-p', 'a watercolor', '--sandbox'];
const line = `fal-edit ${EDIT.slice(0, 1).join(' ')} -p 'a watercolor' --sandbox`;

/** What is no message of ours: a stack trace, or Node speaking itself. */
const CRASH = /^\s+at |Node\.js v|node:events/m;

describe('one edit', () => {
  test('writes the picture and prints its path alone', async () => {
    const cwd = await folderWithPhoto();
    const { code, stdout, stderr } = await run(EDIT, { cwd, env: QUICK });
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'cat.edit.png\n' });
    expect(stderr).toMatch(/^done: 96x64/m);
    expect(stderr).not.toContain('\u001b');
    expect(await leftIn(cwd)).toEqual(['cat.edit.png']);
    expect(await sharp(path.join(cwd, 'cat.edit.png')).metadata()).toMatchObject({ width: 96, height: 64 });
  });

  test('--json: one document, whose figures are those of the file', async () => {
    const cwd = await folderWithPhoto();
    const { code, stdout } = await run([...EDIT, '--json'], { cwd, env: QUICK });
    const { status, images } = JSON.parse(stdout) as Document & { images: { sha256: string }[] };
    const file = await readFile(path.join(cwd, 'cat.edit.png'));
    expect({ code, status }).toEqual({ code: 0, status: 'ok' });
    expect(images).toMatchObject([
      {
        path: 'cat.edit.png',
        bytes: file.length,
        sha256: createHash('sha256').update(file).digest('hex'),
      },
    ]);
  });

  test('ends by itself as soon as it is done, though fal keeps the connections open', async () => {
    const fal = await sandbox();
    const { ended, said } = start(EDIT.slice(0, 3), { cwd: await folderWithPhoto(), env: fal.env });
    await said(/^done: /m);
    const done = performance.now();
    expect((await ended).code).toBe(0);
    // A connection that held the process would do so for 5 s, after which the server closes it.
    expect(performance.now() - done).toBeLessThan(3000);
  });

  test.each([
    ['before anything is sent', "process.on('newListener',n=>n==='SIGINT'&&setImmediate(bug))", 'no'],
    [
      'with the edit at fal',
      'const{write}=process.stderr;process.stderr.write=function(t){if(/^queued/m.test(t))setImmediate(bug);return write.call(this,t)}',
      'maybe',
    ],
  ])('a failure that nobody caught, %s: told as a bug, once', async (_, when, charged) => {
    const code = `const bug=()=>{throw new Error('left over')};${when}`;
    const fal = await sandbox({ queueMs: 30_000 });
    const env = { ...fal.env, NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(code)}` };
    const ended = await run([...EDIT.slice(0, 3), '--json'], { cwd: await folderWithPhoto(), env });
    expect(ended.code).toBe(70);
    expect(ended.stderr).toMatch(/^error: This is a bug in fal-edit: left over\./m);
    expect(JSON.parse(ended.stdout)).toMatchObject({ status: 'error', error: { kind: 'internal', charged } });
    expect(fal.ledger().accepted).toHaveLength(charged === 'no' ? 0 : 1);
  });
});

describe('stdin', () => {
  test.each(['cat cat.png | fal-edit -', 'fal-edit - < cat.png'])('%s', async (start) => {
    const cwd = await folderWithPhoto();
    const { code, stdout } = await shell(`${start} -p 'a watercolor' --sandbox -o out.png`, {
      cwd,
      env: QUICK,
    });
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'out.png\n' });
    expect(await leftIn(cwd)).toEqual(['out.png']);
  });

  test('the prompt comes from it', async () => {
    const cwd = await folderWithPhoto();
    const { code, stdout } = await shell(
      `echo 'snow, at night' | fal-edit cat.png --prompt-file - --sandbox --json`,
      { cwd, env: QUICK },
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ prompt: 'snow, at night' });
  });

  test('empty: refused', async () => {
    const argv = ['-', '-p', 'a watercolor', '--sandbox'];
    const { code, stderr } = await run(argv, { cwd: await folderWithPhoto(), env: QUICK });
    expect(code).toBe(2);
    expect(stderr).toMatch(/stdin is empty/);
  });
});

describe('stdout', () => {
  test('-o - > file: the bytes of a picture and nothing else', async () => {
    const cwd = await folderWithPhoto();
    const { code, stdout } = await shell(`${line} -o - > out.png`, { cwd, env: QUICK });
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    const decoded = await sharp(path.join(cwd, 'out.png')).raw().toBuffer({ resolveWithObject: true });
    expect(decoded.info).toMatchObject({ width: 96, height: 64 });
    // Ends where the picture ends.
    expect((await readFile(path.join(cwd, 'out.png'))).subarray(-8, -4).toString()).toBe('IEND');
    expect(await leftIn(cwd)).toEqual(['out.png']);
  });

  test('-o - into a reader that leaves: no crash, and it says that the picture is paid for', async () => {
    const cwd = await folderWithPhoto();
    // More than a pipe holds, so that the reader is gone before all is written.
    await writeFile(path.join(cwd, 'cat.png'), await readFile('examples/chelsea.png'));
    const { code, stdout, stderr } = await shell(`${line} -o - | head -c 4`, { cwd, env: QUICK });
    expect(stdout.slice(1)).toBe('PNG');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: The picture could not be written to stdout: write EPIPE/m);
    expect(stderr).not.toMatch(CRASH);
  });

  test.each(['| true', '--json | true', '>&-', '2>&-'])('%s: the edit is made all the same', async (end) => {
    const cwd = await folderWithPhoto();
    const { code, stderr } = await shell(`${line} -o out.png ${end}`, { cwd, env: QUICK });
    expect(code).toBe(0);
    expect(stderr).not.toMatch(CRASH);
    expect(await leftIn(cwd)).toEqual(['out.png']);
  });

  test.skipIf(process.platform !== 'linux').each([
    [`${line} -o - > /dev/full`, 1, /^error: The picture could not be written to stdout: ENOSPC/m],
    [`${line} -o out.png --json > /dev/full`, 1, /^error: stdout could not be written: ENOSPC/m],
    ['fal-edit --help > /dev/full', 1, /^error: stdout could not be written: ENOSPC/],
    [`${line} -o out.png 2> /dev/full`, 0, /^$/],
    ['fal-edit nothing.png -p x 2> /dev/full', 2, /^$/],
  ])('a full disk: %s', async (command, expected, told) => {
    const { code, stderr } = await shell(command, { cwd: await folderWithPhoto(), env: QUICK });
    expect(stderr).toMatch(told);
    expect(stderr).not.toMatch(CRASH);
    expect(code).toBe(expected);
  });
});
