import { ByteView } from '../formats/byte-view.js';
import type { PictureColour } from '../picture-facts.js';
import { PictureError } from '../picture-errors.js';
import { areSameCurve, type Curve, readCurve, srgbCurve } from './curve.js';
import { type Colorants, knownSpace } from './rgb-spaces.js';

/** Meaning of the numbers of a picture with a profile. */
export interface ProfileFacts {
  /** Kind of colour that the profile describes. */
  space: PictureColour | 'other';
  /** Its name, safe to print and short: "Display P3". */
  name: string;
  /** Whether it means sRGB, or the grey of sRGB, whatever its name is. */
  isSrgb: boolean;
}

const SPACES: Readonly<Record<string, PictureColour>> = {
  'RGB ': 'rgb',
  GRAY: 'grey',
  CMYK: 'cmyk',
  'Lab ': 'lab',
};

const UNNAMED: Readonly<Record<ProfileFacts['space'], string>> = {
  rgb: 'an RGB profile',
  grey: 'a grey profile',
  cmyk: 'a CMYK profile',
  lab: 'a Lab profile',
  other: 'a colour profile',
};

const HEADER_BYTES = 128;
const MAX_TAGS = 256;

type Tags = ReadonlyMap<string, ByteView>;

/**
 * Reads the header and the few parts of an ICC profile that tell what it means.
 *
 * @returns undefined if it is damaged or lacks what a conversion needs: viewers then ignore it
 */
export function profileFacts(profile: Uint8Array): ProfileFacts | undefined {
  try {
    const view = new ByteView(profile, 'its profile');
    const size = view.u32(0);
    if (view.ascii(36, 4) !== 'acsp' || size > profile.length || size < HEADER_BYTES) return undefined;
    const space = SPACES[view.ascii(16, 4)] ?? 'other';
    const tags = readTags(view);
    const table = hasTable(tags);
    const curves = curvesOf(tags, space);
    const colorants = space === 'rgb' ? colorantsOf(tags) : undefined;
    // A matrix needs both; a table needs neither.
    if (!table && (NEEDS_TABLE.has(space) || curves === undefined || (space === 'rgb' && !colorants))) {
      return undefined;
    }
    const known = table || !curves || !colorants ? undefined : knownSpace(colorants, curves);
    const isSrgbGrey = space === 'grey' && !table && curves?.every((curve) => areSameCurve(curve, srgbCurve));
    return {
      space,
      name: known ?? nameOf(tags) ?? UNNAMED[space],
      isSrgb: known === 'sRGB' || isSrgbGrey === true,
    };
  } catch (error) {
    if (error instanceof PictureError) return undefined;
    throw error;
  }
}

/** The profile if it is whole and describes such a picture, as viewers use it; else undefined. */
export function fittingProfile(
  profile: Uint8Array | undefined,
  colour: PictureColour,
): Uint8Array | undefined {
  if (profile === undefined) return undefined;
  const space = profileFacts(profile)?.space;
  // Viewers accept an RGB profile for a grey picture, which they take for equal parts of red, green and blue.
  const fits = space === colour || (colour === 'grey' && space === 'rgb');
  return fits ? profile : undefined;
}

function readTags(view: ByteView): Tags {
  const count = view.u32(HEADER_BYTES);
  const tags = new Map<string, ByteView>();
  for (let index = 0; index < Math.min(count, MAX_TAGS); index++) {
    const entry = HEADER_BYTES + 4 + index * 12;
    const data = view.slice(view.u32(entry + 4), view.u32(entry + 8));
    tags.set(view.ascii(entry, 4), new ByteView(data, view.subject));
  }
  return tags;
}

/** Whether it converts by a table of colours, which goes before matrix and curves. */
const hasTable = (tags: Tags) => tags.has('A2B0') || tags.has('A2B1') || tags.has('D2B0');

const NEEDS_TABLE: ReadonlySet<ProfileFacts['space']> = new Set(['cmyk', 'other']);

const CURVES: Readonly<Record<ProfileFacts['space'], readonly string[]>> = {
  rgb: ['rTRC', 'gTRC', 'bTRC'],
  grey: ['kTRC'],
  cmyk: [],
  lab: [],
  other: [],
};

/** The curve of each channel; undefined if one is missing or of an unknown kind. */
function curvesOf(tags: Tags, space: ProfileFacts['space']): Curve[] | undefined {
  const names = CURVES[space];
  const curves = names
    .map((name) => tags.get(name))
    .map((tag) => (tag === undefined ? undefined : readCurve(tag)))
    .filter((curve) => curve !== undefined);
  return curves.length < names.length ? undefined : curves;
}

function colorantsOf(tags: Tags): Colorants | undefined {
  const found = ['rXYZ', 'gXYZ', 'bXYZ'].map((name) => tags.get(name)).filter((tag) => tag !== undefined);
  if (found.length < 3 || found.some((tag) => tag.ascii(0, 4) !== 'XYZ ')) return undefined;
  return found.map((tag) => [8, 12, 16].map((at) => tag.fixed(at)));
}

/** Characters of a name in a message. */
const MAX_NAME = 40;

function nameOf(tags: Tags): string | undefined {
  const tag = tags.get('desc');
  if (tag === undefined) return undefined;
  const text = descriptionOf(tag);
  // A file's text must not steer a terminal: no control, format or private characters.
  const plain = text
    .replace(/[\p{C}\p{Zl}\p{Zp}\ufffd]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  const letters = Array.from(new Intl.Segmenter().segment(plain), ({ segment }) => segment);
  const name = letters.length > MAX_NAME ? `${letters.slice(0, MAX_NAME - 1).join('')}…` : plain;
  return name === '' ? undefined : name;
}

/** Bytes of a description that are read. */
const MAX_DESCRIPTION = 512;

function descriptionOf(tag: ByteView): string {
  const type = tag.ascii(0, 4);
  try {
    if (type === 'desc') return tag.ascii(12, Math.min(tag.u32(8), MAX_DESCRIPTION)).split('\0', 1)[0] ?? '';
    if (type === 'mluc') return localName(tag);
    if (type === 'text')
      return tag.ascii(8, Math.min(tag.length - 8, MAX_DESCRIPTION)).split('\0', 1)[0] ?? '';
  } catch (error) {
    // A profile with a broken name still converts.
    if (!(error instanceof PictureError)) throw error;
  }
  return '';
}

/** The English name of several, else the first. */
function localName(tag: ByteView): string {
  const count = Math.min(tag.u32(8), MAX_TAGS);
  const records = Array.from({ length: count }, (_, index) => 16 + index * 12);
  const record = records.find((at) => tag.ascii(at, 2) === 'en') ?? records[0];
  if (record === undefined) return '';
  const bytes = tag.slice(tag.u32(record + 8), Math.min(tag.u32(record + 4), MAX_DESCRIPTION));
  return new TextDecoder('utf-16be').decode(bytes);
}
