import fc from 'fast-check';
import { deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { DamagedPictureError } from '../../src/images/picture-errors.js';
import { checkPngData } from '../../src/images/png-data.js';
import { CHELSEA, claimingPng, pngChunk, type SampleName, SAMPLES, small } from './samples.js';

/** A PNG of red, green and blue, 64 x 48. */
function png(...data: Uint8Array[]): Buffer {
  const header = Buffer.from([0, 0, 0, 64, 0, 0, 0, 48, 8, 2, 0, 0, 0]);
  return Buffer.concat([
    SAMPLES.png.subarray(0, 8),
    pngChunk('IHDR', header),
    ...data.map((part) => pngChunk('IDAT', part)),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

const rows = Buffer.alloc(48 * (1 + 64 * 3));
const packed = deflateSync(rows);

const changed = (at: number) => {
  const bytes = Buffer.from(packed);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes;
};

const withFilter = Buffer.from(rows);
withFilter[193 * 20] = 5;

const WHOLE: SampleName[] = ['png', 'grey png', 'palette png', '16-bit png', 'alpha png', 'turned png'];

describe('whole', async () => {
  test.each(WHOLE)('%s', async (name) => {
    await expect(checkPngData(SAMPLES[name])).resolves.toBeUndefined();
  });

  test.each([
    ['a photo', CHELSEA],
    ['interlaced', await small().png({ progressive: true }).toBuffer()],
    ['interlaced, of one pixel', await small().resize(1, 1).png({ progressive: true }).toBuffer()],
    ['of two colours', await small().toColourspace('b-w').png({ palette: true, colours: 2 }).toBuffer()],
    ['in parts', png(packed.subarray(0, 9), Buffer.alloc(0), packed.subarray(9))],
    ['more rows than needed', png(deflateSync(Buffer.concat([rows, rows])))],
  ])('%s', async (_, bytes) => {
    await expect(checkPngData(bytes)).resolves.toBeUndefined();
  });
});

/** sharp, Pillow and Chromium refuse all of these. */
describe('broken', () => {
  test.each([
    ['cut', png(packed.subarray(0, 20))],
    ['without its checksum', png(packed.subarray(0, -4))],
    ['with a wrong checksum', png(changed(packed.length - 1))],
    ['with a wrong header', png(changed(0))],
    ['with bytes behind', png(Buffer.concat([packed, Buffer.alloc(50)]))],
    ['with bytes behind in another chunk', png(packed, Buffer.alloc(50))],
    ['with a row cut', png(deflateSync(rows.subarray(0, -1)))],
    ['with an unknown filter', png(deflateSync(withFilter))],
    ['empty', claimingPng(60_000, 60_000)],
  ])('%s', async (_, bytes) => {
    await expect(checkPngData(bytes)).rejects.toThrow(DamagedPictureError);
  });

  test('anything else throws nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(packed.length - 1), fc.nat(255), async (at, value) => {
        const bytes = Buffer.from(packed);
        bytes[at] = value;
        const outcome: unknown = await checkPngData(png(bytes)).catch((error: unknown) => error);
        expect(outcome === undefined || outcome instanceof DamagedPictureError).toBe(true);
      }),
    );
  });
});

test('a bomb takes neither memory nor time', async () => {
  const bomb = png(deflateSync(Buffer.alloc(400_000_000)));
  const [before, start] = [process.memoryUsage().rss, performance.now()];
  await checkPngData(bomb);
  expect(process.memoryUsage().rss - before).toBeLessThan(60_000_000);
  expect(performance.now() - start).toBeLessThan(1000);
});
