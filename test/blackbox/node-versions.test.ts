/*
 * The built program on each supported Node: it starts, edits, runs a batch and says nothing that is not its own.
 * FAL_EDIT_TEST_NODES lists their binaries, as PATH lists folders; by itself the test takes the Node that runs it.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { folderWithPhoto, leftIn } from '../edit/harness.js';
import { BIN, QUICK, spawned, type Ended } from './spawned.js';

const NODES = (process.env['FAL_EDIT_TEST_NODES'] ?? process.execPath).split(path.delimiter).filter(Boolean);

const versionOf = (node: string): string => execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();

describe.each(NODES.map((node) => [versionOf(node), node] as const))('Node %s', (version, node) => {
  test('help, an edit, a batch and what they cost', { timeout: 60_000 }, async () => {
    const cwd = await folderWithPhoto();
    const temporary = path.join(cwd, '.tmp');
    await mkdir(temporary);
    await writeFile(path.join(cwd, 'rows.csv'), 'image,prompt\ncat.png,snow\ncat.png,rain\n');
    const ran = async (...argv: string[]): Promise<Ended> => {
      const ended = await spawned(node, [BIN, ...argv], { cwd, env: { ...QUICK, TMPDIR: temporary } }).ended;
      expect(ended, `${argv.join(' ')}: ${ended.stderr}`).toMatchObject({ code: 0, signal: null });
      expect(ended.stderr).not.toMatch(/unrecogni[sz]ed|warning|deprecat|\bbug\b/i);
      return ended;
    };
    expect((await ran('--version')).stdout).toMatch(/^\d+\.\d+\.\d+/);
    expect((await ran('--help')).stdout).toContain('fal-edit');
    const edit = await ran('cat.png', '-p', 'snow', '-o', 'out.png', '--sandbox');
    expect(edit.stdout).toBe('out.png\n');
    const batch = await ran('batch', 'rows.csv', '--sandbox', '--yes', '--out-dir', 'out', '--json');
    expect(JSON.parse(batch.stdout)).toMatchObject({ status: 'ok', states: { done: 2 } });
    await ran('requests', '--json');
    await ran('costs', '--json');
    expect(await leftIn(cwd)).toEqual(expect.arrayContaining(['out', 'out.png', 'rows.csv']));

    // Compiled code is kept where nobody else can write, and only there.
    expect(await readdir(temporary)).toEqual([]);
    const compiled = path.join(cwd, '.home/cache/fal-edit/compiled');
    const isKept = Number(/^v(\d+)/.exec(version)?.[1]) >= 22;
    expect(existsSync(compiled)).toBe(isKept);
    if (isKept) expect((await stat(compiled)).mode & 0o777).toBe(0o700);
  });
});
