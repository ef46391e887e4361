import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { linesOf, namesIn, picture } from '../batch/scene.js';
import { sweepScene } from './scene.js';

interface SweepDocument {
  axes: {
    name: string;
    values: string[];
    medians: { value: string; done: number; change: number | null }[];
  }[];
  cells: { id: string; at: Record<string, string>; change: number | null; result: { seed: number } }[];
  best: { id: string; met: boolean; at: Record<string, string>; command: string } | null;
}

const GRID = { vary: ['strength=0.3..0.5:0.1', 'guidance=2.5,3.5'], seeds: '2' };

describe('a grid', () => {
  it('makes every combination, measures it, and leaves page, sheets and figures', async () => {
    const scene = await sweepScene();
    const { code, stdout, stderr } = await scene.sweep(GRID);
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^strength \(3\) × guidance \(2\) × seed \(2\): 12 cells\.\n12 rows to send, about \$0\.90, calculated\.\n/,
    );
    const inputs = scene.fal.ledger().accepted.map(({ input }) => input as Record<string, unknown>);
    const wanted = ['0.3', '0.4', '0.5'].flatMap((strength) =>
      ['2.5', '3.5'].flatMap((guidance) => ['1', '2'].map((seed) => [strength, guidance, seed].join())),
    );
    const sent = inputs.map((input) => [input['strength'], input['guidance_scale'], input['seed']].join());
    expect(sent.sort()).toEqual(wanted);

    const names = await namesIn(scene);
    expect(names.filter((name) => name.endsWith('.png')).sort()).toEqual(
      [
        ...wanted.map((at) => {
          const [strength = '', guidance = '', seed = ''] = at.split(',');
          return `a-strength-${strength}-guidance-${guidance}-seed-${seed}.png`;
        }),
        ...['sheet-1.png', 'sheet-2.png'],
      ].sort(),
    );
    const { axes, cells, best } = JSON.parse(await scene.text('out/sweep.json')) as SweepDocument;
    expect(axes.map(({ name, values }) => [name, values])).toEqual([
      ['strength', ['0.3', '0.4', '0.5']],
      ['guidance', ['2.5', '3.5']],
      ['seed', ['1', '2']],
    ]);
    expect(cells.map(({ id }) => id).slice(0, 3)).toEqual([
      'strength 0.3, guidance 2.5, seed 1',
      'strength 0.3, guidance 2.5, seed 2',
      'strength 0.3, guidance 3.5, seed 1',
    ]);
    expect(cells.every(({ change }) => change !== null && change > 0)).toBe(true);
    expect(axes[0]!.medians.map(({ value, done }) => [value, done])).toEqual([
      ['0.3', 4],
      ['0.4', 4],
      ['0.5', 4],
    ]);
    expect(best).toBeNull();

    const lines = linesOf(stdout);
    expect(lines.slice(-2)).toEqual(['out/sheet-1.png', 'out/sheet-2.png']);
    expect(lines.at(-3)).toBe('out/sweep.html');
    const table = lines.slice(-15, -3).map((line) => line.split('\t'));
    expect(table.map(([strength, guidance, seed]) => [strength, guidance, seed].join())).toEqual(wanted);
    expect(table[0]).toEqual([
      ...['0.3', '2.5', '1', expect.stringMatching(/^\d+\.\d%$/), expect.stringMatching(/^\d+\.\d\d$/)],
      ...[expect.stringMatching(/ m?s$/), '$0.075', 'out/a-strength-0.3-guidance-2.5-seed-1.png'],
    ]);
  });

  it('costs nothing when it is run again, and a wider one pays for the new cells alone', async () => {
    const scene = await sweepScene();
    await scene.sweep(GRID);
    const again = await scene.sweep(GRID);
    expect([again.code, scene.accepted()]).toEqual([0, 12]);
    expect(again.stderr).toContain('nothing to send');
    expect(linesOf(again.stdout)).toHaveLength(13 + 3);

    const wider = await scene.sweep({ ...GRID, vary: ['strength=0.2..0.5:0.1', 'guidance=2.5,3.5'] });
    expect([wider.code, scene.accepted()]).toEqual([0, 16]);
    expect(wider.stderr).toContain('4 rows to send, about $0.30, calculated.');
    // Other axes in another order ask for the same pictures.
    const turned = await scene.sweep({ ...GRID, vary: ['guidance=3.5', 'strength=0.5,0.2'] });
    expect([turned.code, scene.accepted()]).toEqual([0, 16]);
    expect(linesOf(turned.stdout).slice(-3)[0]).toBe('out/sweep.html');
    // A narrower one forgets nothing.
    await scene.sweep(GRID);
    expect(scene.accepted()).toBe(16);
  });

  it('has pictures of another prompt beside those it has', async () => {
    const scene = await sweepScene();
    const vary = ['strength=0.3'];
    await scene.sweep({ vary });
    const { code } = await scene.sweep({ vary, prompt: 'rain' });
    expect([code, scene.accepted()]).toEqual([0, 2]);
    const names = await namesIn(scene);
    expect(names.filter((name) => name.startsWith('a-'))).toEqual([
      'a-strength-0.3.2.png',
      'a-strength-0.3.png',
    ]);
    await scene.sweep({ vary });
    expect(scene.accepted()).toBe(2);
  });

  it('keeps to --max-cost, and goes on from there', async () => {
    const scene = await sweepScene();
    const first = await scene.sweep({ ...GRID, 'max-cost': '0.30', json: true });
    expect(first.code).toBe(8);
    expect(scene.accepted()).toBe(4);
    expect(
      first.json<{ sweep: SweepDocument }>().sweep.cells.filter(({ change }) => change !== null),
    ).toHaveLength(4);
    expect(first.json()).toMatchObject({ status: 'error', error: { kind: 'budget' } });
    await scene.sweep(GRID);
    expect(scene.accepted()).toBe(12);
  });

  it('is only looked at by --dry-run', async () => {
    const scene = await sweepScene();
    const { code, stdout, stderr } = await scene.sweep({ ...GRID, 'dry-run': true });
    expect([code, scene.fal.ledger().requests.total]).toEqual([0, 0]);
    expect(stderr).toBe('strength (3) × guidance (2) × seed (2): 12 cells.\n');
    expect(stdout).toContain('Rows: 12\n');
    expect(stdout).toContain('Estimated cost: $0.90, calculated\n');
    expect(stdout).toMatch(/\nNothing was sent\.\n$/);
    expect(existsSync(path.join(scene.cwd, 'out'))).toBe(false);
  });

  it('goes where it is told, or into sweep.out', async () => {
    const scene = await sweepScene();
    const { stdout } = await scene.sweep({ vary: ['strength=0.5'], 'out-dir': 'sweep.out' });
    expect(stdout).toContain('sweep.out/sweep.html\n');
  });
});

it('shows a cell that failed for what it is', async () => {
  const scene = await sweepScene();
  const vary = ['prompt=snow,[sandbox:fail]', 'strength=0.5'];
  const { code, stdout } = await scene.sweep({ vary, retry: 'none' });
  expect(code).toBe(3);
  const [first = '', second = ''] = linesOf(stdout).slice(-4, -2);
  expect(first.split('\t').at(-1)).toBe('out/a-prompt-snow-strength-0.5.png');
  expect(second.split('\t').slice(2)).toEqual(['–', '–', '–', '–', 'failed']);
  const { width } = await sharp(path.join(scene.cwd, 'out/sheet.png')).metadata();
  expect(width).toBeGreaterThan(400);
});

describe('several pictures', () => {
  it('are an axis, and take no part that the sweep has made itself', async () => {
    const scene = await sweepScene();
    const vary = ['strength=0.3,0.6'];
    await rm(path.join(scene.cwd, 'c.png'));
    for (let run = 0; run < 2; run++) {
      const { code, stderr } = await scene.sweep({ vary, 'out-dir': '.' }, ['*.png']);
      expect([code, scene.accepted()]).toEqual([0, 4]);
      expect(stderr).toContain('strength (2) × picture (2): 4 cells.');
    }
    const { axes } = JSON.parse(await scene.text('sweep.json')) as SweepDocument;
    expect(axes.map(({ name, values }) => [name, values])).toEqual([
      ['strength', ['0.3', '0.6']],
      ['picture', ['a.png', 'b.png']],
    ]);
    const { code, stderr } = await scene.sweep({ vary, 'out-dir': '.' }, ['sheet.png']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('were made by this sweep.')]);
  });

  it('of one name have names of their own', async () => {
    const scene = await sweepScene({ 'x/p.png': await picture('teal'), 'y/p.png': await picture('navy') });
    await scene.sweep({ vary: ['strength=0.5'] }, ['x/p.png', 'y/p.png']);
    const names = await namesIn(scene);
    expect(names.filter((name) => name.startsWith('p-'))).toEqual([
      'p-strength-0.5.2.png',
      'p-strength-0.5.png',
    ]);
  });
});
