/*
 * Writes AVIF and HEIC files around coded pixels that an encoder made, so that orientations, colours and profiles are
 * known from the boxes that are written here.
 */

export interface Coded {
  codec: 'av01' | 'hvc1';
  /** The box that a decoder is configured with, whole: `av1C` or `hvcC`. */
  configuration: Buffer;
  pixels: Buffer;
}

export interface BoxOptions {
  width: number;
  height: number;
  bits?: 8 | 10;
  /** An ICC profile, or the numbers of primaries, transfer and matrix (ITU-T H.273). */
  colours?: Uint8Array | readonly [primaries: number, transfer: number, matrix: number];
  /** How the picture looks in its viewer, as an EXIF orientation: the container turns it. */
  orientation?: number;
  /** A block of EXIF, whose orientation viewers ignore. */
  exif?: Uint8Array;
}

/** What a file of one picture consists of. */
export function codedOf(file: Buffer): Coded {
  const isAvif = file.includes('av1C');
  const named = file.indexOf(isAvif ? 'av1C' : 'hvcC') - 4;
  const mdat = file.indexOf('mdat') - 4;
  return {
    codec: isAvif ? 'av01' : 'hvc1',
    configuration: file.subarray(named, named + file.readUInt32BE(named)),
    pixels: file.subarray(mdat + 8, mdat + file.readUInt32BE(mdat)),
  };
}

/** Quarter turns against the clock, then a mirror: 0 swaps top and bottom, 1 swaps left and right (ISO/IEC 23008-12). */
const TURNS: Readonly<Record<number, [turns: number, mirror?: 0 | 1]>> = {
  1: [0],
  2: [0, 1],
  3: [2],
  4: [0, 0],
  5: [1, 0],
  6: [3],
  7: [3, 0],
  8: [1],
};

export function isoMedia(
  { codec, configuration, pixels }: Coded,
  { width, height, bits = 8, colours, orientation = 1, exif }: BoxOptions,
): Buffer {
  const [turns, mirror] = TURNS[orientation] ?? [0];
  const properties = [
    configuration,
    fullBox('ispe', 0, u32(width), u32(height)),
    fullBox('pixi', 0, Buffer.from([3, bits, bits, bits])),
    ...(colours === undefined ? [] : [box('colr', colourOf(colours))]),
    ...(turns === 0 ? [] : [box('irot', Buffer.from([turns]))]),
    ...(mirror === undefined ? [] : [box('imir', Buffer.from([mirror]))]),
  ];
  // All belong to the picture, in their order; the first one is essential, and so are turns and mirrors.
  const places = properties.map((property, index) => {
    const isEssential = index === 0 || /irot|imir/.test(property.toString('latin1', 4, 8));
    return (index + 1) | (isEssential ? 0x80 : 0);
  });
  const items = [
    { id: 1, type: codec, data: pixels },
    // EXIF begins behind four bytes that say where.
    ...(exif === undefined ? [] : [{ id: 2, type: 'Exif', data: Buffer.concat([u32(0), exif]) }]),
  ];
  const fileType = box(
    'ftyp',
    Buffer.from(codec === 'av01' ? 'avif\0\0\0\0mif1avif' : 'heic\0\0\0\0mif1heic'),
  );
  const metaAt = (start: number) => {
    let at = start;
    const locations = items.map(({ id, data }) => {
      const entry = Buffer.concat([u16(id), u16(0), u16(1), u32(at), u32(data.length)]);
      at += data.length;
      return entry;
    });
    return fullBox(
      'meta',
      0,
      fullBox('hdlr', 0, Buffer.alloc(4), Buffer.from('pict'), Buffer.alloc(13)),
      fullBox('pitm', 0, u16(1)),
      fullBox('iloc', 0, Buffer.from([0x44, 0]), u16(items.length), ...locations),
      fullBox(
        'iinf',
        0,
        u16(items.length),
        ...items.map(({ id, type }) =>
          box('infe', Buffer.from([2, 0, 0, 0]), u16(id), u16(0), Buffer.from(`${type}\0`)),
        ),
      ),
      ...(exif === undefined ? [] : [fullBox('iref', 0, box('cdsc', u16(2), u16(1), u16(1)))]),
      box(
        'iprp',
        box('ipco', ...properties),
        fullBox('ipma', 0, u32(1), u16(1), Buffer.from([places.length, ...places])),
      ),
    );
  };
  const start = fileType.length + metaAt(0).length + 8;
  return Buffer.concat([fileType, metaAt(start), box('mdat', ...items.map(({ data }) => data))]);
}

function colourOf(colours: NonNullable<BoxOptions['colours']>): Buffer {
  if (colours instanceof Uint8Array) return Buffer.concat([Buffer.from('prof'), colours]);
  return Buffer.concat([Buffer.from('nclx'), ...colours.map(u16), Buffer.from([0x80])]);
}

export function box(type: string, ...content: Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([u32(body.length + 8), Buffer.from(type, 'latin1'), body]);
}

const fullBox = (type: string, flags: number, ...content: Uint8Array[]) => box(type, u32(flags), ...content);

function u32(value: number): Buffer {
  const data = Buffer.alloc(4);
  data.writeUInt32BE(value);
  return data;
}

function u16(value: number): Buffer {
  const data = Buffer.alloc(2);
  data.writeUInt16BE(value);
  return data;
}
