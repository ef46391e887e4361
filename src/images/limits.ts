/** Size limit of one picture as uploaded: 50 MiB. */
export const MAX_PICTURE_BYTES = 50 * 1024 * 1024;

/** {@link MAX_PICTURE_BYTES} in messages. */
export const MAX_PICTURE_SIZE = '50 MB';

/** Size limit of a picture file before it is converted: 256 MiB. */
export const MAX_FILE_BYTES = 256 * 1024 * 1024;

/** {@link MAX_FILE_BYTES} in messages. */
export const MAX_FILE_SIZE = '256 MB';

/**
 * Most pixels that a picture may claim, checked before anything is decoded. Megapixels of 1024 x 1024, as fal
 * counts them (fal-api.md 1.4), which admits the pictures of a 102-megapixel camera.
 */
export const MAX_PICTURE_PIXELS = 100 * 1024 * 1024;
