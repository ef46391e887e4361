import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, crc32, createDeflate } from 'node:zlib';
import type { Raster } from '../../images/drawn-inside.js';

// sharp needs all pixels of a PNG, in memory or in files, before it writes any of it.

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
/** The filter "up": each value minus the one above it. Of the cheap filters it makes photographs smallest. */
const UP = 2;

/**
 * Writes a PNG of any height from bands of its pixels, from top to bottom; the file appears whole or not at all. It
 * is not synced, since it can be made again. Only a few bands are in memory at a time.
 *
 * @param width of every band
 * @throws the system's error, or what the bands threw, with nothing left behind
 */
export async function writePng(file: string, width: number, bands: AsyncIterable<Raster>): Promise<void> {
  const folder = path.dirname(file);
  await mkdir(folder, { recursive: true });
  const temporary = path.join(folder, `.fal-edit-sheet-${randomUUID()}.part`);
  try {
    const handle = await open(temporary, 'wx');
    try {
      await writePixels(handle, width, bands);
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
}

async function writePixels(handle: FileHandle, width: number, bands: AsyncIterable<Raster>): Promise<void> {
  let height = 0;
  const counted = async function* () {
    for await (const band of bands) {
      height += band.height;
      yield band;
    }
  };
  await handle.writeFile(head(width, height));
  await pipeline(
    Readable.from(filtered(counted(), width), { highWaterMark: 1 }),
    // Filtered photographs hardly repeat: searching for more than runs takes longer and finds less.
    createDeflate({ level: 1, strategy: constants.Z_RLE, chunkSize: 65_536 }),
    async (compressed: AsyncIterable<Uint8Array>) => {
      for await (const piece of compressed) await handle.writeFile(chunk('IDAT', piece));
    },
  );
  await handle.writeFile(chunk('IEND', new Uint8Array()));
  // The height is known only now.
  const start = head(width, height);
  await handle.write(start, 0, start.length, 0);
}

async function* filtered(bands: AsyncIterable<Raster>, width: number): AsyncGenerator<Uint8Array> {
  const stride = width * 3;
  let above: Uint8Array = new Uint8Array(stride);
  for await (const { data, height } of bands) {
    const lines = Buffer.allocUnsafe(height * (stride + 1));
    for (let y = 0; y < height; y++) {
      const line = data.subarray(y * stride, (y + 1) * stride);
      const start = y * (stride + 1);
      lines[start] = UP;
      for (let x = 0; x < stride; x++) lines[start + 1 + x] = (line[x] ?? 0) - (above[x] ?? 0);
      above = line;
    }
    yield lines;
  }
}

/** The signature, and the header of a picture in red, green and blue of eight bits. */
function head(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2], 8);
  return Buffer.concat([SIGNATURE, chunk('IHDR', header)]);
}

function chunk(type: string, data: Uint8Array): Buffer {
  const whole = Buffer.alloc(data.length + 12);
  whole.writeUInt32BE(data.length, 0);
  whole.write(type, 4, 'latin1');
  whole.set(data, 8);
  whole.writeUInt32BE(crc32(whole.subarray(4, -4)), whole.length - 4);
  return whole;
}
