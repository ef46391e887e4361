import sharp from 'sharp';

const plain = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: 'teal' } });

/** A whole PNG. */
export const PNG = await plain(48, 32).png().toBuffer();

/** A whole JPEG, large enough to be cut in its pixels. */
export const JPEG = await plain(480, 320).jpeg().toBuffer();
