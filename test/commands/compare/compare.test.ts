import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { picture, RED } from '../batch/scene.js';
import { runNamed } from '../../support/run-cli.js';
import { compareScene, type CompareScene } from './scene.js';

interface Document {
  verdict: string[];
  models: {
    model: string;
    done: number;
    failed: number;
    measures: Record<string, { count: number } | null>;
  }[];
  pairs: { measure: string; pairs: number }[];
  picks: unknown[];
  cells: {
    id: string;
    at: Record<string, string>;
    result: { state: string; images: { path: string }[] };
    metrics: { change: number } | null;
  }[];
}

const documentIn = async (scene: CompareScene, folder = 'compare.out') =>
  JSON.parse(await scene.text(`${folder}/compare.json`)) as Document;
const sent = (scene: CompareScene) => scene.fal.ledger().accepted.length;

describe('a comparison', () => {
  it('is every picture × prompt × model × seed, and leaves figures and a page', async () => {
    const scene = await compareScene();
    const { code, stdout, stderr } = await scene.compare(['a.png', 'b.png', 'c.png'], { seeds: '2' });
    expect(code, stderr).toBe(0);
    expect(sent(scene)).toBe(12);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.slice(0, 3).map((line) => line.split('\t').slice(0, 2))).toEqual([
      ['model', 'succeeded'],
      ['flux-general', '6 of 6'],
      ['flux-2-lora', '6 of 6'],
    ]);
    expect(lines.at(-1)).toBe('compare.out/compare.html');
    const { cells, models, pairs, verdict } = await documentIn(scene);
    expect(cells).toHaveLength(12);
    expect(cells.every(({ metrics }) => typeof metrics?.change === 'number')).toBe(true);
    expect(models.map(({ measures }) => measures['scatter']?.count)).toEqual([3, 3]);
    expect(pairs.filter(({ measure }) => measure === 'change')).toMatchObject([{ pairs: 6 }]);
    for (const sentence of verdict) expect(stdout).toContain(sentence);
    const page = await scene.text('compare.out/compare.html');
    expect(page).toContain('Comparison of models');
    expect(page).toContain('"axes":[{"name":"model","values":["flux-general","flux-2-lora"]}');
  });

  it('costs nothing when it is run again, and for more seeds only what is new', async () => {
    const scene = await compareScene();
    const words = ['a.png', 'b.png', 'flux-general.strength=0.6'];
    expect((await scene.compare(words)).code).toBe(0);
    const names = await readdir(path.join(scene.cwd, 'compare.out/pictures'));
    const again = await scene.compare(words);
    expect([again.code, sent(scene)], again.stderr).toEqual([0, 4]);
    expect((await scene.compare(words, { seeds: '3' })).code).toBe(0);
    expect(sent(scene)).toBe(12);
    const more = await scene.compare(words, { seeds: '3', prompt: ['night', 'snow'] });
    expect([more.code, sent(scene)], more.stderr).toEqual([0, 24]);
    expect(await readdir(path.join(scene.cwd, 'compare.out/pictures'))).toEqual(
      expect.arrayContaining(names),
    );
    expect((await documentIn(scene)).cells).toHaveLength(24);
  });

  it('takes another setting or another picture of the same name beside what is there', async () => {
    const scene = await compareScene();
    await scene.compare(['a.png'], { steps: '4' });
    expect((await scene.compare(['a.png'], { steps: '8' })).code).toBe(0);
    await writeFile(path.join(scene.cwd, 'a.png'), await readFile(path.join(scene.cwd, 'b.png')));
    const { code, stderr } = await scene.compare(['a.png'], { steps: '8' });
    expect([code, sent(scene)], stderr).toEqual([0, 6]);
    expect(await readdir(path.join(scene.cwd, 'compare.out/pictures'))).toHaveLength(6);
  });

  it('gives a model its own settings, and all of them the same seeds', async () => {
    const scene = await compareScene();
    const words = ['a.png', 'flux-general.strength=0.6', 'flux-2-lora.acceleration=high'];
    await scene.compare(words, { seeds: '2', seed: '40' });
    const inputs = scene.fal.ledger().accepted.map(({ input }) => input as Record<string, unknown>);
    expect(inputs.map(({ seed }) => seed).sort()).toEqual([40, 40, 41, 41]);
    expect(inputs.filter(({ strength }) => strength === 0.6)).toHaveLength(2);
    expect(inputs.filter(({ acceleration }) => acceleration === 'high')).toHaveLength(2);
  });

  it('does not take its own results for pictures', async () => {
    const scene = await compareScene();
    await scene.compare(['.'], { recursive: true });
    expect((await scene.compare(['.'], { recursive: true })).code).toBe(0);
    expect(sent(scene)).toBe(6);
  });

  it('keeps pictures of one name in several folders apart', async () => {
    const scene = await compareScene();
    await mkdir(path.join(scene.cwd, 'more'));
    await writeFile(path.join(scene.cwd, 'more/a.png'), await picture('white'));
    const { code, stderr } = await scene.compare(['b.png', 'a.png', 'more/a.png']);
    expect(code, stderr).toBe(0);
    expect(await readdir(path.join(scene.cwd, 'compare.out/pictures'))).toHaveLength(6);
  });

  it('compares equal pictures once, and says so', async () => {
    const scene = await compareScene({ 'copy.png': RED });
    const { code, stderr } = await scene.compare(['a.png', 'copy.png']);
    expect([code, sent(scene)], stderr).toEqual([0, 2]);
    expect(stderr).toContain('copy.png is the same picture as a.png; compared once.');
  });
});

describe('one model that fails', () => {
  it('leaves a report of the other that says so', async () => {
    const scene = await compareScene();
    // The models take turns: the second of each two submits is that of the second model.
    for (const nth of [2, 4, 6]) {
      scene.fal.addToxic({
        type: 'status',
        on: 'submit',
        code: 422,
        body: '{"detail":"no such style"}',
        nth,
      });
    }
    const { code, stdout } = await scene.compare(['a.png', 'b.png', 'c.png'], { concurrency: '1' });
    expect(code).toBe(3);
    expect(stdout).toMatch(/flux-2-lora made no pictures\. Of its 3 edits: 3 failed\. .*no such style/);
    expect(stdout).toContain('There is nothing to compare flux-general with');
    const { models, cells } = await documentIn(scene);
    expect(models.map(({ done, failed }) => [done, failed])).toEqual([
      [3, 0],
      [0, 3],
    ]);
    expect(cells.filter(({ metrics }) => metrics === null)).toHaveLength(3);
    expect(await scene.text('compare.out/compare.html')).toContain('flux-2-lora made no pictures');
  });

  it('or all of them, of none', async () => {
    const scene = await compareScene();
    const { code, stdout } = await scene.compare(['a.png'], { prompt: ['[sandbox:fail]'] });
    expect(code).not.toBe(0);
    expect(stdout).toContain('There are no pictures to compare.');
  });
});

describe('flags', () => {
  it('--json is the document of the batch, with the comparison in it', async () => {
    const scene = await compareScene();
    const { code, json } = await scene.compare(['a.png'], { json: true });
    expect(code).toBe(0);
    expect(json()).toMatchObject({
      status: 'ok',
      rows: 2,
      compare: {
        schema_version: 1,
        pictures: 1,
        models: [{ model: 'flux-general' }, { model: 'flux-2-lora' }],
      },
    });
  });

  it('--dry-run sends nothing and leaves nothing', async () => {
    const scene = await compareScene();
    const { code, stdout } = await scene.compare(['a.png', 'b.png'], { 'dry-run': true, seeds: '3' });
    expect(code).toBe(0);
    expect(stdout).toMatch(/To send: 12\n/);
    expect(sent(scene)).toBe(0);
    expect(await readdir(scene.cwd)).not.toContain('compare.out');
  });

  it('--shard makes one part, and the parts put together are one comparison', async () => {
    const scene = await compareScene();
    const words = ['a.png', 'b.png', 'c.png'];
    for (const n of [1, 2]) {
      const out = path.join(scene.cwd, `part-${n}`);
      expect((await scene.compare(words, { shard: `${n}/2`, 'out-dir': out })).code).toBe(0);
    }
    expect(sent(scene)).toBe(6);
    expect((await scene.run(['merge', 'part-1', 'part-2', '-d', 'all', '--no-report'])).code).toBe(0);
    const { code, stderr } = await scene.compare(words, { 'out-dir': path.join(scene.cwd, 'all') });
    expect([code, sent(scene)], stderr).toEqual([0, 6]);
    expect((await documentIn(scene, 'all')).cells.every(({ result }) => result.state === 'done')).toBe(true);
  });

  it('--max-cost stops it, and the same command goes on', async () => {
    const scene = await compareScene();
    const stopped = await scene.compare(['a.png', 'b.png'], { 'max-cost': '0.12' });
    expect(stopped.code).toBe(8);
    expect(stopped.stdout).toContain('not done yet');
    expect((await scene.compare(['a.png', 'b.png'])).code).toBe(0);
    expect(sent(scene)).toBe(4);
  });

  test.each(['["snow","night"]', 'snow'])('FAL_EDIT_PROMPT may hold one or several: %s', async (text) => {
    const scene = await compareScene();
    const env = { ...scene.fal.env, FAL_EDIT_PROMPT: text, FAL_EDIT_MODEL: 'flux-dev', FAL_EDIT_SEED: '7' };
    const { context, stderr } = scene.context({ env });
    expect(await runNamed('compare', ['a.png'], {}, context), stderr()).toBe(0);
    expect(sent(scene)).toBe(text === 'snow' ? 2 : 4);
    expect(scene.fal.ledger().accepted.every(({ input }) => (input as { seed: number }).seed === 7)).toBe(
      true,
    );
  });

  it('--open says where nothing opens pages, and fails nothing', async () => {
    const scene = await compareScene();
    const env = { ...scene.fal.env, PATH: scene.cwd };
    const { code, stderr } = await scene.compare(['a.png'], { open: true }, { env });
    expect(code).toBe(0);
    expect(stderr).toMatch(/warning: --open: could not open the page \(.*ENOENT/);
  });

  it('--preview shows input and results side by side, on a terminal alone', async () => {
    const scene = await compareScene();
    const given = { preview: true, yes: true };
    const piped = await scene.compare(['a.png'], given);
    expect(piped.stdout).not.toMatch(/[▀▄]/);
    const { context, stdout } = scene.context({ env: { ...scene.fal.env, TERM: 'xterm' } });
    Object.assign(context.stdout, { isTTY: true, columns: 80 });
    expect(await runNamed('compare', ['a.png'], { prompt: ['snow'], ...given }, context)).toBe(0);
    expect(stdout()).toMatch(/[▀▄]/);
    expect(stdout()).toMatch(/a\.png +flux-general +flux-2-lora/);
  });

  it('--prompt-file is read once for all', async () => {
    const scene = await compareScene({ 'prompt.txt': 'deep snow\n' });
    expect((await scene.compare(['a.png'], { 'prompt-file': 'prompt.txt' })).code).toBe(0);
    const prompts = scene.fal.ledger().accepted.map(({ input }) => (input as { prompt: string }).prompt);
    expect(prompts).toEqual(['deep snow', 'deep snow']);
  });

  it('starts at the seed of a config file, which is a number there', async () => {
    const scene = await compareScene({ '.home/config/config.json': '{"seed": 7}' });
    expect((await scene.compare(['a.png'])).code).toBe(0);
    const seeds = scene.fal.ledger().accepted.map(({ input }) => (input as { seed: number }).seed);
    expect(seeds).toEqual([7, 7]);
  });
});
