/** Supported formats; all others are rejected by name. */
export type PictureFormat = 'png' | 'jpeg' | 'webp' | 'gif' | 'avif' | 'heic' | 'tiff';

export type PictureColour = 'grey' | 'rgb' | 'cmyk';

/** Facts from the structure of a picture, without decoding a pixel. */
export interface Probe {
  format: PictureFormat;
  contentType: string;
  /** Pixels as stored, before the EXIF orientation is applied. */
  width: number;
  /** Pixels as stored, before the EXIF orientation is applied. */
  height: number;
  /** EXIF orientation, 1 to 8; 1 (upright) if the file has none. */
  orientation: number;
  /** More than one frame, or more than one page. */
  animated: boolean;
  colour: PictureColour;
}
