import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { runNamed } from '../../support/run-cli.js';
import { compareScene, type CompareScene } from '../compare/scene.js';
import { choicesIn, comparedScene, picking, type Picking } from './scene.js';

interface Pick {
  model: string;
  comparisons: number;
  won: number;
  ties: number;
  win_rate: number;
}
const picksIn = async (scene: CompareScene) =>
  (JSON.parse(await scene.text('compare.out/compare.json')) as { picks: Pick[] }).picks;

async function finish(page: Picking) {
  expect((await page.ask('/end', {})).status).toBe(204);
  return page.ended;
}

describe('choosing', () => {
  it('goes through all pairs, keeps each choice at once, and says what came of it', async () => {
    const scene = await comparedScene();
    const page = await picking(scene);
    expect(await page.state()).toMatchObject({ done: 0, total: 3, pair: { prompt: 'snow' } });
    for (const [done, chosen] of ['left', 'right', 'none'].entries()) {
      expect(await choicesIn(scene).catch(() => [])).toHaveLength(done);
      await page.choose(chosen);
    }
    expect(await page.state()).toEqual({ done: 3, total: 3, pair: null, next: [] });
    const choices = await choicesIn(scene);
    const [first, second, third] = choices;
    expect([first?.preferred, second?.preferred, third?.preferred]).toEqual([
      first?.left,
      second?.right,
      null,
    ]);
    const { code, stdout } = await finish(page);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^model\t.+\nflux-general\t3\t[012]\t1\t[012]\t\d+%\t/);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('compare.out/compare.html');
    const picks = await picksIn(scene);
    expect(picks.map(({ comparisons, ties }) => [comparisons, ties])).toEqual([
      [3, 1],
      [3, 1],
    ]);
    expect(picks.reduce((sum, { win_rate }) => sum + win_rate, 0)).toBeCloseTo(1);
    expect(await scene.text('compare.out/compare.html')).toContain(
      'Chosen blind: a tie is half a win for each',
    );
  });

  it('goes on later with the pairs that are left, after Ctrl-C', async () => {
    const scene = await comparedScene();
    const page = await picking(scene);
    await page.choose('left');
    page.interrupt();
    const stopped = await page.ended;
    expect(stopped.code).toBe(130);
    expect(stopped.stdout).toContain('compare.out/compare.html');
    expect(stopped.stderr).toContain('Your choices are saved.');
    expect(await picksIn(scene)).toMatchObject([{ comparisons: 1 }, { comparisons: 1 }]);
    const [kept] = await choicesIn(scene);
    const later = await picking(scene);
    expect(await later.state()).toMatchObject({ done: 0, total: 2 });
    await later.choose('right');
    await later.choose('right');
    expect((await finish(later)).code).toBe(0);
    expect((await choicesIn(scene))[0]).toEqual(kept);
    const last = await (await picking(scene)).ended;
    expect([last.code, last.stderr]).toEqual([0, 'All pairs are already judged.\n']);
  });

  it('takes choices back, those of this judging alone', async () => {
    const scene = await comparedScene();
    const page = await picking(scene);
    const { pair } = await page.state();
    await page.choose('left');
    await page.ask('/undo', {});
    await page.ask('/undo', {});
    expect(await page.state()).toMatchObject({ done: 0, pair });
    expect(await choicesIn(scene)).toEqual([]);
  });

  it('counts a key that was pressed twice once', async () => {
    const scene = await comparedScene();
    const page = await picking(scene);
    const id = (await page.state()).pair?.id;
    await Promise.all([page.choose('left', id), page.choose('left', id), page.choose('right', id)]);
    expect(await choicesIn(scene)).toHaveLength(1);
  });

  it('shows the picture that was edited, and the bytes of the results', async () => {
    const page = await picking(await comparedScene());
    const { pair, next } = await page.state();
    for (const id of [pair!.before!, pair!.left, pair!.right, ...next]) {
      expect((await page.ask(`/picture/${id}`)).status).toBe(200);
    }
    expect(next).toHaveLength(3);
  });

  it('--json is one document', async () => {
    const page = await picking(await comparedScene(), { json: true });
    await page.choose('none');
    const { code, json } = await finish(page);
    expect(code).toBe(0);
    expect(json()).toMatchObject({
      status: 'ok',
      choices: 1,
      picks: [
        { model: 'flux-general', win_rate: 0.5, ties: 1 },
        { model: 'flux-2-lora', win_rate: 0.5 },
      ],
    });
  });

  it('stands in the verdict of the next run of the comparison', async () => {
    const scene = await comparedScene();
    const page = await picking(scene);
    await page.choose('left');
    await finish(page);
    const { stdout } = await scene.compare(['a.png', 'b.png', 'c.png']);
    expect(stdout).toContain('People showed no clear preference in blind comparisons');
  });
});

describe('what cannot be chosen from', () => {
  test.each<[string, string[], (scene: CompareScene) => Promise<void>, RegExp]>([
    ['no folder', [], () => Promise.resolve(), /Name the folder of one comparison/],
    ['two folders', ['a', 'b'], () => Promise.resolve(), /Name the folder of one comparison/],
    [
      'a folder that is not there',
      ['nowhere'],
      () => Promise.resolve(),
      /nowhere has no comparison: no such folder\.\nhint: Make one first: fal-edit compare /,
    ],
    [
      'a file',
      ['compare.out/compare.json'],
      () => Promise.resolve(),
      /compare\.json is not a folder\.\nhint: /,
    ],
    [
      'a batch',
      ['out'],
      async (scene) => {
        await scene.batch('a.png', '-p', 'x');
      },
      /out has no comparison: no compare\.json in it\.\nhint: Make one first: fal-edit compare /,
    ],
    [
      'a damaged comparison',
      ['compare.out'],
      (scene) => writeFile(path.join(scene.cwd, 'compare.out/compare.json'), '{'),
      /cannot be read as a comparison/,
    ],
    [
      'damaged choices',
      ['compare.out'],
      (scene) => writeFile(path.join(scene.cwd, 'compare.out/picks.json'), '{'),
      /has no readable choices/,
    ],
    [
      'a comparison without its ledger',
      ['compare.out'],
      (scene) => rm(path.join(scene.cwd, 'compare.out/ledger.db'), { force: true }),
      /./,
    ],
  ])('%s', async (_, words, before, message) => {
    const scene = await comparedScene();
    await before(scene);
    const { context, stdout, stderr } = scene.context();
    expect(await runNamed('pick', words, {}, context)).toBe(2);
    expect(stderr()).toMatch(message);
    expect(stderr()).not.toMatch(/\bE[A-Z]{4,}\b/);
    expect(stdout()).toBe('');
  });

  it('one model alone', async () => {
    const scene = await compareScene();
    scene.fal.addToxic({ type: 'status', on: 'submit', code: 422, body: '{"detail":"no"}', nth: 2 });
    await scene.compare(['a.png'], { concurrency: '1' });
    const { context, stderr } = scene.context();
    expect(await runNamed('pick', ['compare.out'], {}, context)).toBe(2);
    expect(stderr()).toContain('no two results of the same picture');
  });
});
