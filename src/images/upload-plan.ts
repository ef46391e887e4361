import { profileFacts } from './colour/icc.js';
import type { Dimensions } from '../models/request.js';
import type { Probe } from './picture-facts.js';

/** Formats that are uploaded unless the file is sent as it is. */
export type UploadFormat = 'png' | 'jpeg' | 'webp';

/**
 * The one rule for uploads: the format of a file that can be sent without encoding it anew, whose pixels a model reads
 * as a person sees them. fal reads pictures without colour management and drops their alpha (fal-api.md 12). Whether
 * alpha is in use takes the pixels to say, so it is not considered here.
 *
 * @returns undefined if it must be converted
 */
export function passingFormat(probe: Probe): UploadFormat | undefined {
  const { format, animated, orientation, bits, hdr, flaw } = probe;
  if (format !== 'png' && format !== 'jpeg' && format !== 'webp') return undefined;
  const isPlain = !animated && orientation === 1 && bits <= 8 && hdr === undefined && flaw === undefined;
  return isPlain && strangeColours(probe) === undefined ? format : undefined;
}

/** A picture after its conversion. */
export interface Outcome extends Dimensions {
  format: 'png' | 'jpeg';
  /** Background that shows through transparent pixels; undefined if there were none. */
  background: string | undefined;
  /** Whether it is a JPEG because a PNG would have been too large. */
  isTooLargeForPng: boolean;
}

/** Changes made to a picture, in a few words: "Display P3 → sRGB, turned upright, TIFF → PNG". */
export function conversionWords(probe: Probe, upright: Dimensions, outcome: Outcome): string {
  const { format, orientation, bits, animated, flaw } = probe;
  const colours = strangeColours(probe);
  const { background, isTooLargeForPng } = outcome;
  const steps = [
    colours === undefined ? undefined : `${colours} → sRGB`,
    bits > 8 ? `${bits}-bit → 8-bit` : undefined,
    orientation === 1 ? undefined : 'turned upright',
    background === undefined ? undefined : `flattened on ${COLOUR_NAMES[background] ?? background}`,
    animated ? `only the first ${unitOf(probe)}` : undefined,
    format === outcome.format ? undefined : `${FORMAT_NAMES[format]} → ${FORMAT_NAMES[outcome.format]}`,
    isTooLargeForPng ? 'a PNG would be over 50 MB' : undefined,
    flaw === undefined ? undefined : `repaired, since it ${flaw}`,
    resizing(upright, outcome),
  ].filter((step) => step !== undefined);
  return steps.length === 0 ? 'compressed again, since it was over 50 MB' : steps.join(', ');
}

/** Parts of a picture that the model does not see, as predicates of sentences. */
export function losses(probe: Probe): string[] {
  const { format, animated, hdr } = probe;
  const state = format === 'tiff' ? 'has several pages' : 'is animated';
  return [
    ...(animated ? [`${state}; only its first ${unitOf(probe)} is edited.`] : []),
    ...(hdr === undefined
      ? []
      : ['is an HDR picture; its range of brightness is reduced to that of a screen.']),
  ];
}

/** Name of the colours of a picture that are not sRGB's; undefined for sRGB. */
function strangeColours({ colour, profile }: Probe): string | undefined {
  const facts = profile === undefined ? undefined : profileFacts(profile);
  if (colour === 'cmyk') return 'CMYK';
  if (colour === 'lab') return 'Lab';
  return facts === undefined || facts.isSrgb ? undefined : facts.name;
}

function resizing(from: Dimensions, to: Dimensions): string | undefined {
  if (from.width === to.width && from.height === to.height) return undefined;
  const verb = to.width * to.height < from.width * from.height ? 'reduced' : 'enlarged';
  return `${verb} from ${from.width}x${from.height} to ${to.width}x${to.height}`;
}

const unitOf = ({ format }: Probe) => (format === 'tiff' ? 'page' : 'frame');

const COLOUR_NAMES: Readonly<Record<string, string>> = { '#ffffff': 'white', '#000000': 'black' };

const FORMAT_NAMES = {
  png: 'PNG',
  jpeg: 'JPEG',
  webp: 'WebP',
  gif: 'GIF',
  avif: 'AVIF',
  heic: 'HEIC',
  tiff: 'TIFF',
} as const satisfies Record<Probe['format'], string>;
