import type { Probe } from './probe.js';

/** Formats that are uploaded. */
export type UploadFormat = 'png' | 'jpeg' | 'webp';

/** How a picture must change before it is uploaded. */
export interface Conversion {
  action: 'convert';
  format: 'png' | 'jpeg';
  /** How it is converted, in a few words. */
  converted: string;
  /** Predicate of a sentence about the part of the picture that is lost. */
  warning?: string;
}

export type UploadPlan =
  { action: 'pass'; format: UploadFormat } | Conversion | { action: 'refuse'; problem: string; hint: string };

/**
 * Decides from a picture's structure how to prepare it for upload. A person and a model must see the same
 * picture: hence rotation by EXIF, sRGB, and the first frame.
 */
export function planUpload(probe: Probe): UploadPlan {
  const { format } = probe;
  switch (format) {
    case 'heic':
      return { action: 'refuse', problem: 'is a HEIC picture', hint: 'Save it as JPEG or PNG first.' };
    case 'gif':
    case 'avif':
    case 'tiff':
      return convert(probe, 'png');
    case 'webp':
      return needsPixels(probe) ? convert(probe, 'png') : { action: 'pass', format };
    case 'png':
    case 'jpeg':
      return needsPixels(probe) ? convert(probe, format) : { action: 'pass', format };
  }
}

const needsPixels = ({ animated, orientation, colour }: Probe) =>
  animated || orientation !== 1 || colour === 'cmyk';

function convert(probe: Probe, format: Conversion['format']): Conversion {
  const steps = [
    probe.format === format ? undefined : `${NAMES[probe.format]} to ${NAMES[format]}`,
    probe.animated ? `only the first ${unitOf(probe)}` : undefined,
    probe.orientation === 1 ? undefined : 'turned upright by its EXIF orientation',
    probe.colour === 'cmyk' ? 'CMYK to sRGB' : undefined,
  ];
  const converted = steps.filter((step) => step !== undefined).join(', ');
  if (!probe.animated) return { action: 'convert', format, converted };
  const state = probe.format === 'tiff' ? 'has several pages' : 'is animated';
  return {
    action: 'convert',
    format,
    converted,
    warning: `${state}; only its first ${unitOf(probe)} is edited.`,
  };
}

const unitOf = ({ format }: Probe) => (format === 'tiff' ? 'page' : 'frame');

const NAMES = {
  png: 'PNG',
  jpeg: 'JPEG',
  webp: 'WebP',
  gif: 'GIF',
  avif: 'AVIF',
  heic: 'HEIC',
  tiff: 'TIFF',
} as const satisfies Record<Probe['format'], string>;
