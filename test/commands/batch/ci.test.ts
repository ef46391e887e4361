/* What a batch tells a CI server: JUnit, annotations and a job summary of GitHub, plain lines. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { parseXml } from '../../report/parse-xml.js';
import { batchScene, jsonl, linesOf, type BatchScene } from './scene.js';

const ROWS = jsonl(
  { id: 'fine', image: 'a.png', prompt: 'one' },
  { id: 'broken', image: 'b.png', prompt: 'two [sandbox:fail]' },
  { image: 'c.png', prompt: 'three [sandbox:policy]' },
);

describe('--junit', () => {
  it('has a case for each row, and a failure for each that failed', async () => {
    const scene = await batchScene({ 'rows.jsonl': ROWS });
    expect((await scene.batch('rows.jsonl', '--junit', 'reports/deep/junit.xml')).code).toBe(3);
    const suites = parseXml(await scene.text('reports/deep/junit.xml'));
    expect([suites.name, suites.attributes]).toEqual([
      'testsuites',
      expect.objectContaining({ tests: '3', failures: '2', errors: '0' }),
    ]);
    const [suite] = suites.children;
    expect(suite!.attributes).toMatchObject({ name: 'fal-edit rows.jsonl', skipped: '0' });
    const cases = suite!.children.map(({ attributes: { name, classname, file, line }, children }) => {
      const failed = children
        .filter((child) => child.name === 'failure')
        .map((child) => child.attributes['type']);
      return [name, classname, file, line, ...failed];
    });
    expect(cases).toEqual([
      ['fine', 'rows.jsonl', 'rows.jsonl', '1'],
      ['broken', 'rows.jsonl', 'rows.jsonl', '2', 'failed'],
      ['rows.jsonl:3 three [sandbox:policy]', 'rows.jsonl', 'rows.jsonl', '3', 'moderated'],
    ]);
    const output = suite!.children[0]!.children.find(({ name }) => name === 'system-out');
    expect(output!.text).toBe('[[ATTACHMENT|out/a.edit.png]]');
  });

  it('skips what was not sent', async () => {
    const scene = await batchScene({ 'rows.jsonl': ROWS });
    await scene.batch('rows.jsonl', '--max-jobs', '0', '--junit', 'j.xml');
    const [suite] = parseXml(await scene.text('j.xml')).children;
    expect(suite!.attributes).toMatchObject({ tests: '3', failures: '0', skipped: '3' });
  });

  it('is as true in a run that had nothing to do', async () => {
    const scene = await batchScene({ 'rows.jsonl': ROWS });
    await scene.batch('rows.jsonl');
    await scene.batch('rows.jsonl', '--retry', 'none', '--junit', 'j.xml');
    const [suite] = parseXml(await scene.text('j.xml')).children;
    expect(suite!.attributes).toMatchObject({ tests: '3', failures: '2' });
  });

  it('that cannot be written does not make paid work fail', async () => {
    const scene = await batchScene({ 'rows.jsonl': jsonl({ image: 'a.png', prompt: 'x' }), taken: 'x' });
    const { code, stdout, stderr } = await scene.batch('rows.jsonl', '--junit', 'taken/j.xml');
    expect([code, stdout]).toEqual([0, 'out/a.edit.png\n']);
    expect(stderr).toMatch(/warning: Could not write .*taken\/j\.xml: /);
  });
});

/** Under GitHub Actions, with a page for the job summary. */
function github(scene: BatchScene, ...argv: string[]) {
  const page = path.join(scene.cwd, 'page.md');
  const env = { ...scene.fal.env, GITHUB_ACTIONS: 'true', CI: 'true', GITHUB_STEP_SUMMARY: page };
  return scene.run([...argv, '-d', 'out', '--no-report'], { env });
}
const annotationsIn = (stderr: string): string[] => linesOf(stderr).filter((line) => line.startsWith('::'));

describe('under GitHub Actions', () => {
  it('each failure is an annotation on its line of the manifest', async () => {
    const scene = await batchScene({ 'rows.jsonl': ROWS });
    const { stdout, stderr } = await github(scene, 'rows.jsonl');
    expect(stdout).toBe('out/a.edit.png\n');
    expect(annotationsIn(stderr).sort()).toEqual([
      expect.stringMatching(
        /^::error file=rows\.jsonl,line=2,title=failed%3A broken::The model failed.*charged: no$/,
      ),
      expect.stringMatching(/^::error file=rows\.jsonl,line=3,title=moderated%3A .*::fal's content checker/),
    ]);
  });

  it('ten of them, which is what GitHub shows', async () => {
    const rows = Array.from({ length: 14 }, (_, n) => ({ image: 'a.png', prompt: `[sandbox:policy] ${n}` }));
    const scene = await batchScene({ 'rows.jsonl': jsonl(...rows) });
    const { stderr } = await github(scene, 'rows.jsonl');
    expect(annotationsIn(stderr)).toHaveLength(10);
  });

  it('none for a row of which it was not known for a moment whether fal has it', async () => {
    const scene = await batchScene({ 'rows.jsonl': jsonl({ image: 'a.png', prompt: 'one' }) });
    scene.fal.addToxic({ type: 'reset_peer', on: 'submit', stream: 'downstream', times: 1 });
    const { code, stderr } = await github(scene, 'rows.jsonl');
    expect([code, annotationsIn(stderr)], stderr).toEqual([0, []]);
  });

  it('none elsewhere', async () => {
    const { batch } = await batchScene({ 'rows.jsonl': ROWS });
    expect(annotationsIn((await batch('rows.jsonl')).stderr)).toEqual([]);
  });

  it('nothing of a row can give the runner a command', async () => {
    const evil = '\n::set-env name=PATH::/evil\r\n##[add-path]/evil';
    const rows = jsonl(
      { id: 'x::##[add-path]/evil', image: 'a.png', prompt: `[sandbox:policy]${evil}` },
      { image: 'b.png', prompt: `[sandbox:fail]${evil}` },
    );
    const scene = await batchScene({ 'rows.jsonl': rows });
    const { stderr } = await github(scene, 'rows.jsonl');
    const commands = linesOf(stderr).filter((line) => /^\s*::|##\[/.test(line));
    expect(commands).toHaveLength(2);
    expect(commands.every((line) => line.startsWith('::error file=rows.jsonl,line='))).toBe(true);
    const wrong = await github(
      await batchScene({ 'rows.jsonl': jsonl({ [evil]: 1, image: 'a.png' }) }),
      'rows.jsonl',
    );
    expect(linesOf(wrong.stderr).filter((line) => /^\s*::|##\[/.test(line))).toEqual([]);
  });

  it('the job summary tells how it ended and which rows went wrong', async () => {
    const scene = await batchScene({ 'rows.jsonl': ROWS, 'page.md': 'what was there\n' });
    await github(scene, 'rows.jsonl');
    const page = await scene.text('page.md');
    expect(page.startsWith('what was there\n')).toBe(true);
    expect(page).toMatch(/## fal-edit batch: partial/);
    expect(page).toMatch(/exit code 3/);
    expect(page).toContain('broken');
    expect(page).toMatch(/\| 1 \| 0 \| 1 \| 1 \| 0 \| 0 \| 0 \|/);
    await github(scene, 'rows.jsonl', '--retry', 'none');
    expect((await scene.text('page.md')).match(/## fal-edit batch/g)).toHaveLength(2);
  });

  it('none where there is no page for it, or no GitHub', async () => {
    const scene = await batchScene({ 'rows.jsonl': ROWS });
    const page = path.join(scene.cwd, 'page.md');
    await scene.run(['rows.jsonl', '-d', '1', '--no-report'], {
      env: { ...scene.fal.env, GITHUB_STEP_SUMMARY: page },
    });
    const env = { ...scene.fal.env, GITHUB_ACTIONS: 'true' };
    expect((await scene.run(['rows.jsonl', '-d', '2', '--no-report'], { env })).code).toBe(3);
    await expect(stat(page)).rejects.toThrow('ENOENT');
  });

  it('a page that cannot be written does not make paid work fail', async () => {
    const scene = await batchScene({ 'rows.jsonl': jsonl({ image: 'a.png', prompt: 'x' }) });
    const env = { ...scene.fal.env, GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: scene.cwd };
    const { code, stderr } = await scene.run(['rows.jsonl', '-d', 'out', '--no-report'], { env });
    expect([code, stderr]).toEqual([0, expect.stringContaining('warning: GITHUB_STEP_SUMMARY: ')]);
  });
});

describe('streams', () => {
  test.each<[string, string[], RegExp]>([
    [
      'plain',
      [],
      /^3 rows to send, about \$0\.225, calculated\.\nwarning: rows\.jsonl:\d.*\nwarning: rows\.jsonl:\d.*\nerror: 1 of 3/,
    ],
    ['--quiet: errors alone', ['--quiet'], /^error: 1 of 3 rows are done; 1 failed, 1 moderated\.\n/],
  ])('%s', async (_, flags, pattern) => {
    const { batch } = await batchScene({ 'rows.jsonl': ROWS });
    const { stdout, stderr } = await batch('rows.jsonl', ...flags);
    expect(stdout).toBe('out/a.edit.png\n');
    expect(stderr).toMatch(pattern);
  });

  it('-q and -v exclude each other', async () => {
    const { batch } = await batchScene({ 'rows.jsonl': ROWS });
    expect(await batch('rows.jsonl', '-q', '-v')).toMatchObject({ code: 2, stdout: '' });
  });

  it('--debug shows the requests, and never the key', async () => {
    const { batch } = await batchScene({ 'rows.jsonl': ROWS });
    const { stderr } = await batch('rows.jsonl', '--debug');
    expect(stderr).toMatch(/POST .*flux-general/);
    expect(stderr).not.toContain('test-secret');
  });
});
