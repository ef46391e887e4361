import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { profileFacts } from '../../../src/images/colour/icc.js';
import { DamagedPictureError, NotAPictureError, PictureError } from '../../../src/images/picture-errors.js';
import { probePicture } from '../../../src/images/probe.js';
import { SAMPLES, small } from '../samples.js';

const u16 = (...values: number[]) => Buffer.from(Uint16Array.from(values).buffer).swap16();
const u32 = (...values: number[]) => Buffer.from(Uint32Array.from(values).buffer).swap32();

function box(type: string, ...content: Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([u32(body.length + 8), Buffer.from(type, 'latin1'), body]);
}

/** A box that starts with a version and flags, all zero. */
const full = (type: string, ...content: Uint8Array[]) => box(type, Buffer.alloc(4), ...content);

const ispe = (width: number, height: number) => full('ispe', u32(width, height));
const irot = (quarters: number) => box('irot', Buffer.from([quarters]));
const nclx = (primaries: number, transfer: number, matrix = 6) =>
  box('colr', Buffer.from('nclx'), u16(primaries, transfer, matrix), Buffer.from([0x80]));
const pixi = (...bits: number[]) => full('pixi', Buffer.from([bits.length, ...bits]));
const auxC = (urn: string) => full('auxC', Buffer.from(`${urn}\0`));

interface Item {
  type: string;
  properties: Buffer[];
}

interface Reference {
  type: string;
  from: number;
  to: number[];
}

/** A HEIF file of items, numbered from 1, of which one is primary; without pixels. */
function heif(items: Item[], { primary = 1, references = [] as Reference[], brand = 'heic' } = {}): Buffer {
  const properties = items.flatMap((item) => item.properties);
  let position = 0;
  const associations = items.map((item, index) => {
    const own = item.properties.map(() => ++position);
    return Buffer.concat([u16(index + 1), Buffer.from([own.length, ...own.map((at) => at | 0x80)])]);
  });
  const infos = items.map(({ type }, index) =>
    box('infe', Buffer.from([2, 0, 0, 0]), u16(index + 1, 0), Buffer.from(`${type}\0`)),
  );
  return Buffer.concat([
    box('ftyp', Buffer.from(`${brand}\0\0\0\0mif1`, 'latin1')),
    full(
      'meta',
      full('pitm', u16(primary)),
      full('iinf', u16(items.length), ...infos),
      full('iref', ...references.map(({ type, from, to }) => box(type, u16(from, to.length, ...to)))),
      box('iprp', box('ipco', ...properties), full('ipma', u32(items.length), ...associations)),
    ),
    box('mdat', Buffer.alloc(16)),
  ]);
}

const picture = (...properties: Buffer[]): Item => ({ type: 'hvc1', properties });
const still = (...properties: Buffer[]) => probePicture(heif([picture(ispe(400, 300), ...properties)]));

describe('the primary picture', () => {
  test('counts, not the largest', () => {
    const items = [picture(ispe(4000, 3000)), picture(ispe(400, 300))];
    expect(probePicture(heif(items, { primary: 2 }))).toMatchObject({ width: 400, height: 300 });
  });

  test('of tiles has a size of its own, and the depth and colours of its tiles', () => {
    const tile = picture(ispe(512, 512), pixi(10, 10, 10), nclx(12, 13));
    const grid = { type: 'grid', properties: [ispe(1000, 900), irot(1)] };
    const references = [{ type: 'dimg', from: 1, to: [2, 3] }];
    const probe = probePicture(heif([grid, tile, tile], { references }));
    expect(probe).toMatchObject({ format: 'heic', width: 900, height: 1000, bits: 10, orientation: 1 });
    expect(probe.profile && profileFacts(probe.profile)).toMatchObject({ name: 'Display P3' });
  });
});

test.each([
  ['not turned', [irot(0)], [400, 300]],
  ['turned by a quarter', [irot(1)], [300, 400]],
  ['turned by half', [irot(2)], [400, 300]],
  ['turned by three quarters and mirrored', [irot(3), box('imir', Buffer.from([0]))], [300, 400]],
  ['cropped, then turned', [box('clap', u32(200, 1, 201, 2, 0, 1, 0, 1)), irot(1)], [101, 200]],
])('size as decoded: %s', (_, properties, [width, height]) => {
  expect(still(...properties)).toMatchObject({ width, height, orientation: 1 });
});

test('depth and colour', () => {
  expect(still(pixi(10, 10, 10))).toMatchObject({ bits: 10, colour: 'rgb' });
  expect(still(pixi(8))).toMatchObject({ bits: 8, colour: 'grey' });
  expect(still(box('av1C', Buffer.from([0x81, 0, 0x60, 0])))).toMatchObject({ bits: 12, colour: 'rgb' });
  expect(still(box('av1C', Buffer.from([0x81, 0, 0x1c, 0])))).toMatchObject({ bits: 8, colour: 'grey' });
  const hevc = Buffer.alloc(23);
  hevc.set([0xfd, 0xfa], 16);
  expect(still(box('hvcC', hevc))).toMatchObject({ bits: 10, colour: 'rgb' });
});

describe('stated colours', () => {
  test('of sRGB and of television need no profile', () => {
    expect(still(nclx(1, 13))).toMatchObject({ profile: undefined, profileIsMade: false, hdr: undefined });
    expect(still(nclx(1, 1))).toMatchObject({ profile: undefined });
  });

  test('of a high dynamic range', () => {
    expect(still(nclx(9, 16))).toMatchObject({ hdr: 'pq', profileIsMade: true });
    expect(still(nclx(9, 18))).toMatchObject({ hdr: 'hlg', profileIsMade: true });
  });

  test('yield to a profile', async () => {
    const { profile } = probePicture(await small().withIccProfile('p3').png().toBuffer());
    const colr = box('colr', Buffer.from('prof'), profile ?? Buffer.alloc(0));
    expect(still(nclx(9, 16), colr)).toMatchObject({ profileIsMade: false, hdr: undefined });
    expect(still(nclx(9, 16), box('colr', Buffer.from('prof'), Buffer.alloc(50)))).toMatchObject({
      hdr: 'pq',
    });
  });

  test('as red, green and blue mean that no detail is lost', () => {
    expect(still(nclx(1, 13))).toMatchObject({ lossy: true });
    expect(still(nclx(1, 13, 0))).toMatchObject({ lossy: false });
  });
});

test('an alpha channel is told from depth and gain maps', () => {
  const withAuxiliary = (urn: string) =>
    probePicture(
      heif([picture(ispe(400, 300)), picture(ispe(400, 300), auxC(urn))], {
        references: [{ type: 'auxl', from: 2, to: [1] }],
      }),
    );
  expect(withAuxiliary('urn:mpeg:hevc:2015:auxid:1')).toMatchObject({ alpha: true });
  expect(withAuxiliary('urn:mpeg:mpegB:cicp:systems:auxiliary:alpha')).toMatchObject({ alpha: true });
  expect(withAuxiliary('urn:com:apple:photo:2020:aux:hdrgainmap')).toMatchObject({ alpha: false });
});

test('the coding decides the format, and an unknown one is named', () => {
  const av1 = { type: 'av01', properties: [ispe(4, 4)] };
  expect(probePicture(heif([av1], { brand: 'mif1' }))).toMatchObject({ format: 'avif' });
  const avc = { type: 'avc1', properties: [ispe(4, 4)] };
  expect(() => probePicture(heif([avc]))).toThrow(NotAPictureError);
});

test('real AVIF files', async () => {
  expect(probePicture(await small().ensureAlpha(0.5).avif({ effort: 0 }).toBuffer())).toMatchObject({
    alpha: true,
  });
  expect(probePicture(await small().avif({ effort: 0, bitdepth: 10 }).toBuffer())).toMatchObject({
    bits: 10,
  });
});

test('claims of many items take no memory and no time', () => {
  const many = heif([picture(ispe(4, 4))]);
  const at = many.indexOf('ipma') + 8;
  many.writeUInt32BE(0xffff_ffff, at);
  expect(() => probePicture(many)).toThrow(DamagedPictureError);
  const references = [{ type: 'auxl', from: 1, to: Array.from({ length: 9999 }, () => 1) }];
  const start = performance.now();
  probePicture(heif([picture(...Array.from({ length: 120 }, () => ispe(4, 4)))], { references }));
  expect(performance.now() - start).toBeLessThan(1000);
});

test('changed bytes give a probe or a typed error', () => {
  const grid = { type: 'grid', properties: [ispe(1000, 900), irot(1), pixi(8, 8, 8)] };
  const items = [
    grid,
    picture(ispe(512, 512), nclx(12, 13)),
    picture(ispe(9, 9), auxC('urn:mpeg:hevc:2015:auxid:1')),
  ];
  const references = [
    { type: 'dimg', from: 1, to: [2, 2] },
    { type: 'auxl', from: 3, to: [1] },
  ];
  const whole = heif(items, { references });
  expect(probePicture(whole)).toMatchObject({ width: 900, height: 1000, alpha: true });
  const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 5 }), (changes) => {
      const bytes = Buffer.from(whole);
      for (const [at, value] of changes) bytes[at] = value;
      try {
        probePicture(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(PictureError);
      }
    }),
    { numRuns: 3000 },
  );
});

test('a file without a primary picture shows its largest', () => {
  expect(probePicture(SAMPLES.heic)).toMatchObject({ width: 4032, height: 3024 });
});
