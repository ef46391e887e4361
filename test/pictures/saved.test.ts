/* What is put back onto a result, judged by the same readers. */
import { describe, expect, test } from 'vitest';
import { scene } from '../commands/scene.js';
import { lacksChromium } from '../support/chromium.js';
import {
  lacksExiftool,
  lacksPillow,
  readByExiftool,
  readByLcms,
  readByPillow,
} from '../support/other-readers.js';
import { readByChromium } from './browser.js';
import { fault, distance } from './judging.js';
import { alphaAt, base, DISPLAY_P3, inSpace, withAlpha } from './making/colours.js';
import { exif, SECRET } from './making/metadata.js';
import { iccp, png } from './making/png.js';
import { LOSSLESS } from './sample.js';

const SIDE = 64;
const INPUT = png(inSpace(withAlpha(base(SIDE, SIDE)), DISPLAY_P3), {
  before: [iccp(DISPLAY_P3.profile), ['eXIf', exif(1, { personal: true })]],
});

/** The result of one edit, saved with these flags. */
async function saved(...flags: string[]): Promise<Buffer> {
  const { run, file } = await scene({ 'in.png': INPUT });
  const { code, stderr } = await run(['in.png', '-p', 'snow', '--seed', '7', '-o', 'out.png', ...flags]);
  expect(code, stderr).toBe(0);
  return file('out.png');
}

describe.skipIf(lacksPillow)('--icc keep', () => {
  test('gives the numbers of the profile, which look the same', async () => {
    const [plain, kept] = [await saved(), await saved('--icc', 'keep')];
    const [numbers] = await readByPillow([kept]);
    const [[before], [after]] = [await readByPillow([plain]), await readByLcms([kept])];
    expect(fault('out.png', distance(after, before), LOSSLESS)).toEqual([]);
    expect(distance(numbers, before)).not.toMatchObject({ max: 0 });
  });
});

describe.skipIf(lacksChromium)('--alpha keep', () => {
  test('lets the page show through where it did before', async () => {
    const [before, after] = await readByChromium([await saved(), await saved('--alpha', 'keep')]);
    if (before === undefined || before instanceof Error) throw new Error('the result is not shown');
    const pixels = before.pixels.map((value, index) => {
      const alpha = alphaAt((Math.floor(index / 3) % SIDE) / (SIDE - 1));
      return value * alpha + 255 * (1 - alpha);
    });
    expect(fault('out.png', distance(after, { ...before, pixels: Buffer.from(pixels) }), LOSSLESS)).toEqual(
      [],
    );
  });
});

describe.skipIf(lacksExiftool)('--metadata', () => {
  test.each([
    ['none', false, false],
    ['keep', true, false],
    ['all', true, true],
  ])('%s: author %s, place %s', async (choice, hasAuthor, hasPlace) => {
    const [tags = {}] = await readByExiftool([await saved('--metadata', choice)]);
    expect(Object.values(tags).includes(SECRET)).toBe(hasAuthor);
    expect(Object.keys(tags).some((tag) => tag.includes('GPSLatitude'))).toBe(hasPlace);
  });
});
