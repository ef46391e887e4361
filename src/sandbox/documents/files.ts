import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Size } from '../queue/billing.js';

/** A small vector drawing, a different one for each prompt and seed. */
export function vectorDrawing({ width, height }: Size, prompt: string, seed: number): string {
  const hash = createHash('sha256').update(`${prompt}\0${seed}`).digest();
  const colour = (at: number) => `#${hash.subarray(at, at + 3).toString('hex')}`;
  const x = (at: number) => Math.round(((hash[at] ?? 0) / 255) * width);
  const y = (at: number) => Math.round(((hash[at] ?? 0) / 255) * height);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<rect width="${width}" height="${height}" fill="${colour(0)}"/>`,
    `<circle cx="${x(3)}" cy="${y(4)}" r="${Math.ceil(Math.min(width, height) / 4)}" fill="${colour(5)}"/>`,
    `<path d="M${x(8)} ${y(9)}L${x(10)} ${y(11)}L${x(12)} ${y(13)}z" fill="${colour(14)}"/>`,
    '</svg>\n',
  ].join('\n');
}

/** A ZIP archive of one file, not compressed. */
export function zipOf(name: string, content: Uint8Array): Uint8Array<ArrayBuffer> {
  const fileName = Buffer.from(name);
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0);
  // The first day that the format knows, so that the same content is the same archive.
  common.writeUInt16LE(0x21, 8);
  common.writeUInt32LE(crc32(content), 10);
  common.writeUInt32LE(content.byteLength, 14);
  common.writeUInt32LE(content.byteLength, 18);
  common.writeUInt16LE(fileName.byteLength, 22);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, fileName, content]);
  const entry = Buffer.concat([Buffer.from('PK\x01\x02\x14\0'), common, Buffer.alloc(14), fileName]);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(entry.byteLength, 12);
  end.writeUInt32LE(local.byteLength, 16);
  return Uint8Array.from(Buffer.concat([local, entry, end]));
}
