/*
 * Metadata of an input, on its way to the result (--metadata keep|all). Between the submit and the saving it is kept
 * on the disk; the same input and the same result always give the same bytes.
 */
import * as z from 'zod';
import type { PictureFormat } from '../picture-facts.js';
import { probePicture } from '../probe.js';
import { cuttableBlocks, metadataBlocks } from './blocks.js';
import { exifChoices, firstThatFits, iptcChoices, xmpChoices } from './choices.js';
import { creditsOf } from './credits.js';
import type { CuttableFormat } from './cut.js';
import { readExif } from './exif-fields.js';
import { withoutThumbnails } from './exif-patch.js';
import { BLOCK_LIMITS, hasCredentials, withBlocks } from './insert.js';

const block = z.base64().optional();

const Kept = z.strictObject({
  version: z.literal(1),
  credits: z.strictObject({
    author: z.string().optional(),
    copyright: z.string().optional(),
    description: z.string().optional(),
    taken: z.string().optional(),
  }),
  exif: block,
  xmp: block,
  iptc: block,
  hasMoreXmp: z.boolean().optional(),
});

/**
 * The metadata to copy from an input to its results, as bytes for the disk; undefined if the input has nothing of it.
 * `keep`: author, copyright, description and capture date. `all`: its EXIF without thumbnails, its XMP, its IPTC.
 */
export async function keptMetadata(
  input: Uint8Array,
  format: PictureFormat,
  extent: 'keep' | 'all',
): Promise<Uint8Array | undefined> {
  const blocks = await metadataBlocks(input, format);
  const credits = creditsOf(blocks);
  const { exif, xmp, iptc } = extent === 'all' ? blocks : {};
  const hasCredits = Object.values(credits).some((text) => text !== undefined);
  if (!hasCredits && exif === undefined && xmp === undefined && iptc === undefined) return undefined;
  const kept = {
    version: 1,
    credits,
    exif: toBase64(exif && withoutThumbnails(exif)),
    xmp: toBase64(xmp),
    iptc: toBase64(iptc),
    hasMoreXmp: extent === 'all' ? blocks.hasMoreXmp : undefined,
  };
  return Buffer.from(JSON.stringify(kept));
}

export interface WithMetadata {
  bytes: Uint8Array;
  /** Sentences about metadata that could not be copied or no longer holds. */
  warnings: string[];
}

/**
 * A result with the metadata of its input; its pixels are not encoded again. Of the result's own EXIF and XMP, fields
 * that the input does not have stay; those that it has are replaced. EXIF and XMP then describe the result's size and
 * orientation. Content Credentials (C2PA) of the result stay in the file, but sign other bytes: that is a warning.
 *
 * @param kept from {@link keptMetadata}
 * @throws DamagedPictureError the structure of the result cannot be followed to its end
 */
export function withMetadata(result: Uint8Array, format: CuttableFormat, kept: Uint8Array): WithMetadata {
  const input = Kept.parse(JSON.parse(Buffer.from(kept).toString()));
  const own = cuttableBlocks(result, format);
  const { width, height, orientation, profile } = probePicture(result);
  const shape = { width, height, orientation, hasProfile: profile !== undefined };
  const limits = BLOCK_LIMITS[format];
  const ownFields = own.exif === undefined ? [] : readExif(own.exif);
  const exif = firstThatFits(
    exifChoices(input.credits, fromBase64(input.exif), ownFields, shape),
    limits.exif,
  );
  const xmp = firstThatFits(xmpChoices(input.credits, fromBase64(input.xmp), own.xmp, shape), limits.xmp);
  const iptc = firstThatFits(iptcChoices(fromBase64(input.iptc), limits.iptc > 0), limits.iptc);

  const warnings = [exif.lost, xmp.lost, iptc.lost].filter((lost) => lost !== undefined);
  if (input.hasMoreXmp === true) warnings.push('The extended XMP of the input was not copied.');
  const blocks = { exif: exif.block, xmp: xmp.block, iptc: iptc.block };
  if (Object.values(blocks).every((block) => block === undefined)) return { bytes: result, warnings };
  if (hasCredentials(result, format)) {
    warnings.push("Adding metadata has broken the result's Content Credentials (C2PA).");
  }
  return { bytes: withBlocks(result, format, blocks), warnings };
}

const toBase64 = (bytes: Uint8Array | undefined) =>
  bytes === undefined ? undefined : Buffer.from(bytes).toString('base64');

const fromBase64 = (text: string | undefined) =>
  text === undefined ? undefined : Buffer.from(text, 'base64');
