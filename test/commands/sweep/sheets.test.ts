import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { namesIn, RED } from '../batch/scene.js';
import { sweepScene, type SweepScene } from './scene.js';

const sheetsIn = async (scene: SweepScene): Promise<string[]> =>
  (await namesIn(scene)).filter((name) => name.startsWith('sheet'));

const listedIn = async (scene: SweepScene): Promise<unknown> =>
  (JSON.parse(await scene.text('out/sweep.json')) as { sheets?: unknown }).sheets;

/** A sheet for each seed; for one seed, a sheet without a number. */
const sweepOf = (scene: SweepScene, seeds: number) =>
  scene.sweep({ vary: ['strength=0.3', 'guidance=2'], seeds: String(seeds), json: true });

describe('sheets of an earlier run', () => {
  it('are removed where the new one has them no more, and nothing else is', async () => {
    const scene = await sweepScene();
    await sweepOf(scene, 3);
    expect(await listedIn(scene)).toEqual(['sheet-1.png', 'sheet-2.png', 'sheet-3.png']);
    const theirs = ['sheet-04.png', 'sheet-3.jpg', 'sheet-4.png', 'sheet.txt'];
    await scene.write(Object.fromEntries(theirs.map((name) => [`out/${name}`, RED])));

    const { code, stderr, json } = await sweepOf(scene, 2);
    expect(code, stderr).toBe(0);
    expect(await sheetsIn(scene)).toEqual([...theirs, 'sheet-1.png', 'sheet-2.png'].sort());
    expect(await listedIn(scene)).toEqual(['sheet-1.png', 'sheet-2.png']);
    expect(json()).toMatchObject({ sweep: { sheets: ['sheet-1.png', 'sheet-2.png'] } });

    await sweepOf(scene, 1);
    expect(await sheetsIn(scene)).toEqual([...theirs, 'sheet.png'].sort());
    await sweepOf(scene, 2);
    expect(await sheetsIn(scene)).toEqual([...theirs, 'sheet-1.png', 'sheet-2.png'].sort());
    expect(scene.accepted()).toBe(3);
  });

  it('stay as long as the new ones cannot be written, and go when they can', async () => {
    const scene = await sweepScene();
    await sweepOf(scene, 2);
    const inTheWay = path.join(scene.cwd, 'out/sheet.png');
    await mkdir(inTheWay);
    const { code, stderr } = await sweepOf(scene, 1);
    expect([code, stderr]).toEqual([0, expect.stringContaining('warning: Could not write sheet.png: ')]);
    expect(await sheetsIn(scene)).toEqual(['sheet-1.png', 'sheet-2.png', 'sheet.png']);

    await rm(inTheWay, { recursive: true });
    await sweepOf(scene, 1);
    expect(await sheetsIn(scene)).toEqual(['sheet.png']);
  });

  it('are not those of which only the name was wanted', async () => {
    const scene = await sweepScene({ 'out/sheet-2.png': RED });
    await mkdir(path.join(scene.cwd, 'out/sheet-1.png'));
    expect((await sweepOf(scene, 3)).stderr).toContain('warning: Could not write sheet.png: ');
    expect(await listedIn(scene)).toEqual(['sheet-3.png']);
    await sweepOf(scene, 1);
    expect(await sheetsIn(scene)).toEqual(['sheet-1.png', 'sheet-2.png', 'sheet.png']);
  });

  it('that cannot be removed are told, and tried again', async () => {
    const scene = await sweepScene();
    await sweepOf(scene, 2);
    const stubborn = path.join(scene.cwd, 'out/sheet-2.png');
    await rm(stubborn);
    await mkdir(stubborn);
    const { code, stderr } = await sweepOf(scene, 1);
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining('warning: Could not remove sheet-2.png of an earlier run: '),
    ]);
    expect(await listedIn(scene)).toEqual(['sheet.png', 'sheet-2.png']);
    await rm(stubborn, { recursive: true });
    expect((await sweepOf(scene, 1)).stderr).not.toContain('warning');
    expect(await listedIn(scene)).toEqual(['sheet.png']);
  });

  it('are no other files, whatever sweep.json says', async () => {
    const scene = await sweepScene();
    await sweepOf(scene, 1);
    const names = ['../a.png', 'summary.json', '../sheet-2.png', '.', 'sheet-0.png', 'x/../sheet-3.png'];
    const document = JSON.parse(await scene.text('out/sweep.json')) as object;
    await scene.write({
      'out/sweep.json': JSON.stringify({ ...document, sheets: names }),
      ...{ 'sheet-2.png': RED, 'out/sheet-0.png': RED, 'out/sheet-3.png': RED },
    });
    const { code, stderr } = await sweepOf(scene, 1);
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('warning')]);
    expect(await namesIn(scene, '.')).toEqual(
      expect.arrayContaining([
        'a.png',
        'sheet-2.png',
        'out/summary.json',
        'out/sheet-0.png',
        'out/sheet-3.png',
      ]),
    );
    expect(await listedIn(scene)).toEqual(['sheet.png']);
  });

  it('are left where sweep.json lists none or cannot be read', async () => {
    const scene = await sweepScene();
    for (const text of ['{"cells":[]}', '{"cells":[],"sheets":"sheet-2.png"}', 'torn']) {
      await scene.write({ 'out/sweep.json': text, 'out/sheet-2.png': RED });
      expect((await sweepOf(scene, 1)).code).toBe(0);
      expect(await sheetsIn(scene)).toEqual(['sheet-2.png', 'sheet.png']);
    }
  });
});
