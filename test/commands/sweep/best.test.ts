import { describe, expect, it } from 'vitest';
import { linesOf } from '../batch/scene.js';
import sharp from 'sharp';
import { sweepScene, type SweepScene } from './scene.js';

/** What the sandbox paints over more of it the stronger it is. */
const NOISE = await sharp({
  create: {
    width: 96,
    height: 64,
    channels: 3,
    background: 'grey',
    noise: { type: 'gaussian', mean: 128, sigma: 40 },
  },
})
  .png()
  .toBuffer();

const scene = (tty = false): Promise<SweepScene> =>
  sweepScene({ 'a.png': NOISE }, { renderPictures: true }, tty);
const STRENGTHS = { vary: ['strength=0.2,0.5,0.9'] };

interface Swept {
  axes: { medians: { change: number }[] }[];
  best: { at: { strength: string }; met: boolean; command: string };
}

describe('--best', () => {
  it('names the strongest change within the bound, and prints the command that repeats it', async () => {
    const { sweep, fal } = await scene();
    const json = (await sweep({ ...STRENGTHS, json: true })).json<{ sweep: Swept }>();
    const [weak = 0, middle = 0, strong = 0] = json.sweep.axes[0]!.medians.map(({ change }) => change);
    expect(weak).toBeLessThan(middle);
    expect(middle).toBeLessThan(strong);

    const { code, stdout } = await sweep({
      ...STRENGTHS,
      best: [`max-change=${((middle + strong) / 2).toFixed(4)}`],
    });
    expect(code).toBe(0);
    expect(linesOf(stdout).at(-2)).toMatch(
      /^Best for max-change=0\.\d+: strength 0\.5 \(change \d+\.\d%\)\.$/,
    );
    expect(linesOf(stdout).at(-1)).toBe('fal-edit a.png -p snow --strength=0.5 --seed=1');
    expect(fal.ledger().accepted).toHaveLength(3);
  });

  it('ends with 10 where no setting keeps the bounds, and names the nearest', async () => {
    const { sweep } = await scene();
    const { code, stdout, stderr } = await sweep({ ...STRENGTHS, best: ['max-change=0.00001'] });
    expect(code).toBe(10);
    expect(stderr).toMatch(/error: No setting meets max-change=0\.00001\. Nearest: strength 0\.2 \(change /);
    expect(stdout).not.toContain('Best for');
    const again = await sweep({ ...STRENGTHS, best: ['max-change=0.00001'], json: true });
    expect(again.json()).toMatchObject({
      status: 'error',
      error: { kind: 'expectation', details: { best: { strength: '0.2' } } },
      sweep: { best: { met: false, at: { strength: '0.2' } } },
    });
  });

  it('leaves the first word to what went wrong before', async () => {
    const { sweep } = await sweepScene();
    const flags = { vary: ['prompt=[sandbox:fail]'], retry: 'none', best: ['max-change=0.4'] };
    const { code, json } = await sweep({ ...flags, json: true });
    expect(code).toBe(1);
    expect(json()).toMatchObject({ error: { kind: 'failed' }, sweep: { best: null } });
  });
});

it('has a table for people: titles, short values, and no more than fits', async () => {
  const { sweep } = await sweepScene({}, {}, true);
  const { stdout } = await sweep({ vary: [`prompt=${'very '.repeat(30)}`, 'guidance=0.1..4.5:0.1'] });
  const lines = linesOf(stdout);
  const top = lines.findIndex((line) => line.startsWith('prompt '));
  expect(lines[top]).toMatch(/^prompt +guidance +change +sharpness +time +cost +picture$/);
  expect(lines[top + 1]).toMatch(/^very very very very ver… +0\.1 /);
  expect(lines.slice(top + 41)).toEqual(['… and 5 more on the page.', 'out/sweep.html', 'out/sheet.png']);
});

describe('--preview', () => {
  it('shows the picture beside its results on a terminal', async () => {
    const { sweep } = await sweepScene({}, {}, true);
    const { stdout } = await sweep({ vary: ['strength=0.3,0.6', 'guidance=2,3'], seeds: '2', preview: true });
    const names = linesOf(stdout).filter((line) => /a\.png +strength 0\.3 +strength 0\.6/.test(line));
    expect(names).toHaveLength(2);
    expect(stdout).toContain('▀');
  });

  it('is never in what a script reads', async () => {
    const { sweep } = await sweepScene();
    const { stdout } = await sweep({ vary: ['strength=0.3'], preview: true });
    expect(stdout.includes('▀') || stdout.includes('\u001b')).toBe(false);
  });
});

it('says why the page could not be opened', async () => {
  const { sweep, cwd } = await sweepScene();
  // A path on which no opener is found.
  const { code, stderr } = await sweep({ vary: ['strength=0.3'], open: true }, undefined, { PATH: cwd });
  expect(code).toBe(0);
  expect(stderr).toMatch(/warning: --open: could not open the page \(/);
});
