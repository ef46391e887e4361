import { ByteView, startsWith } from '../formats/byte-view.js';
import { PictureError } from '../picture-errors.js';

/** First bytes of a JPEG's segment of Photoshop resources. */
export const PHOTOSHOP = 'Photoshop 3.0\0';

const IPTC_RESOURCE = 0x0404;

/** Begins every dataset. */
export const IPTC_MARK = 0x1c;

/** Datasets of record 2. */
export const IPTC = { dateCreated: 55, timeCreated: 60, byline: 80, copyright: 116, caption: 120 } as const;

/** IPTC in Photoshop's resources, among which thumbnails are too; undefined if there is none. */
export function iptcOf(resources: Uint8Array): Uint8Array | undefined {
  const view = new ByteView(resources, 'its resources');
  return tolerant(() => {
    for (let at = 0; startsWith(resources, '8BIM', at);) {
      const id = view.u16(at + 4);
      // A name, with its length; both, and the data as well, are padded to an even length.
      const nameLength = 1 + view.u8(at + 6);
      const start = at + 6 + nameLength + (nameLength % 2);
      const length = view.u32(start);
      const data = view.slice(start + 4, length);
      if (id === IPTC_RESOURCE) return data;
      at = start + 4 + length + (length % 2);
    }
    return undefined;
  });
}

/** IPTC as the only one of Photoshop's resources. */
export function resourcesOf(iptc: Uint8Array): Uint8Array {
  const head = Buffer.from('8BIM\x04\x04\0\0\0\0\0\0', 'latin1');
  head.writeUInt32BE(iptc.length, 8);
  return Buffer.concat([head, iptc, Buffer.alloc(iptc.length % 2)]);
}

/** All values of a dataset of record 2, up to the point where the IPTC is broken. */
export function iptcValues(iptc: Uint8Array, dataset: number): Uint8Array[] {
  const view = new ByteView(iptc, 'its IPTC');
  const values: Uint8Array[] = [];
  tolerant(() => {
    for (let at = 0; at + 5 <= iptc.length && view.u8(at) === IPTC_MARK;) {
      const length = view.u16(at + 3);
      // A length of lengths, for values of more than 32 KB.
      if (length > 0x7fff) return;
      const value = view.slice(at + 5, length);
      if (view.u8(at + 1) === 2 && view.u8(at + 2) === dataset) values.push(value);
      at += 5 + length;
    }
  });
  return values;
}

function tolerant<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof PictureError) return undefined;
    throw error;
  }
}
