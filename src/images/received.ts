import type { PictureFormat } from './probe.js';

/** What fal says about a picture of its result; absent figures announce nothing. */
export interface Announced {
  contentType?: string | undefined;
  /** Pixels. */
  width?: number | undefined;
  /** Pixels. */
  height?: number | undefined;
}

/** A whole picture as it arrived and was saved. */
export interface Received {
  /** As it is called in a message; undefined where it has no file. */
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

/** The format that a content type names; undefined for one that names none, such as `application/octet-stream`. */
export function formatOfType(contentType: string | undefined): PictureFormat | undefined {
  return FORMATS.get(contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? '');
}

/**
 * How a picture differs from what was asked for and from what fal announced, a sentence each. It is complete and
 * paid for, so it was saved all the same.
 *
 * @param askedFormat undefined where nobody asked for one
 */
export function differences(
  { file, contentType, width, height }: Received,
  announced: Announced,
  askedFormat: PictureFormat | undefined,
): string[] {
  const format = formatOfType(contentType);
  const expected = [askedFormat, formatOfType(announced.contentType)].find(
    (candidate) => candidate !== undefined && candidate !== format,
  );
  const name = file ?? 'The picture';
  const found: string[] = [];
  if (format !== undefined && expected !== undefined) {
    found.push(
      `${name} is ${format.toUpperCase()}, not ${expected.toUpperCase()}: fal returned another format.`,
    );
  }
  const announcedSize = `${announced.width ?? width}x${announced.height ?? height}`;
  if (announcedSize !== `${width}x${height}`) {
    found.push(`${name} is ${width}x${height} pixels, not ${announcedSize} as fal announced.`);
  }
  return found;
}
