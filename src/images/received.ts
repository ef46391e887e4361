import type { PictureFormat } from './probe.js';

/** fal's description of a result picture; any figure may be absent. */
export interface Announced {
  contentType?: string | undefined;
  /** Pixels. */
  width?: number | undefined;
  /** Pixels. */
  height?: number | undefined;
}

/** A whole picture as it arrived and was saved. */
export interface Received {
  /** Its name in messages; undefined if it has no file. */
  file?: string | undefined;
  contentType: string;
  /** Pixels. */
  width: number;
  /** Pixels. */
  height: number;
}

const FORMATS: ReadonlyMap<string, PictureFormat> = new Map([
  ['image/png', 'png'],
  ['image/x-png', 'png'],
  ['image/jpeg', 'jpeg'],
  ['image/jpg', 'jpeg'],
  ['image/pjpeg', 'jpeg'],
  ['image/webp', 'webp'],
  ['image/gif', 'gif'],
  ['image/avif', 'avif'],
  ['image/heic', 'heic'],
  ['image/heif', 'heic'],
  ['image/tiff', 'tiff'],
]);

/** Format named by a content type; undefined if it names none, such as `application/octet-stream`. */
export function formatOfType(contentType: string | undefined): PictureFormat | undefined {
  return FORMATS.get(contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? '');
}

/** Usual extension of a format, without the dot. */
export function extensionOf(format: PictureFormat): string {
  return format === 'jpeg' ? 'jpg' : format;
}

/** Picture format of a file extension, given without the dot; undefined for other files. */
export function formatOfExtension(extension: string): PictureFormat | undefined {
  return ALL_FORMATS.find((format) => extensionOf(format) === extension);
}

const ALL_FORMATS: readonly PictureFormat[] = ['png', 'jpeg', 'webp', 'gif', 'avif', 'heic', 'tiff'];

/**
 * Differences between a picture and the requested and announced one, one sentence each. The picture is complete
 * and paid for, so it was saved anyway.
 *
 * @param wantedFormat undefined if none was requested
 */
export function differences(
  { file, contentType, width, height }: Received,
  announced: Announced,
  wantedFormat: PictureFormat | undefined,
): string[] {
  const format = formatOfType(contentType);
  const expected = [wantedFormat, formatOfType(announced.contentType)].find(
    (candidate) => candidate !== undefined && candidate !== format,
  );
  const name = file ?? 'The picture';
  const found: string[] = [];
  if (format !== undefined && expected !== undefined) {
    found.push(
      `${name} is ${format.toUpperCase()}, not ${expected.toUpperCase()}: fal returned a different format.`,
    );
  }
  const announcedSize = `${announced.width ?? width}x${announced.height ?? height}`;
  if (announcedSize !== `${width}x${height}`) {
    found.push(`${name} is ${width}x${height} pixels, not ${announcedSize} as fal announced.`);
  }
  return found;
}
