import { MAX_PICTURE_BYTES } from './limits.js';

/** Problem with a data: URI, as the predicate of a sentence. */
export class DataUriError extends Error {
  override readonly name = 'DataUriError';
  constructor(readonly problem: string) {
    super(`The data: URI ${problem}.`);
  }
}

/**
 * The bytes of a `data:` URI, base64 or percent-encoded (RFC 2397). The media type is ignored: the
 * content decides the format.
 *
 * @throws DataUriError malformed, or more than {@link MAX_PICTURE_BYTES}
 */
export function decodeDataUri(uri: string): Uint8Array {
  const comma = uri.indexOf(',');
  if (comma < 0) throw new DataUriError('has no comma between its media type and its data');
  const isBase64 = /;\s*base64\s*$/i.test(uri.slice('data:'.length, comma));
  const data = uri.slice(comma + 1);
  // Four characters of base64 are three bytes, and a percent escape is three characters per byte.
  if (data.length > MAX_PICTURE_BYTES * (isBase64 ? 4 : 3)) throw tooLarge();
  const bytes = isBase64 ? decodeBase64(data) : decodePercent(data);
  if (bytes.length > MAX_PICTURE_BYTES) throw tooLarge();
  return bytes;
}

function decodeBase64(data: string): Uint8Array {
  const text = data.includes('%') ? Buffer.from(decodePercent(data)).toString('latin1') : data;
  const packed = /\s/.test(text) ? text.replace(/\s+/g, '') : text;
  const digits = packed.replace(/={0,2}$/, '').length;
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(packed) || digits % 4 === 1) {
    throw new DataUriError('is malformed: its data is not base64');
  }
  return Buffer.from(packed, 'base64');
}

function decodePercent(data: string): Uint8Array {
  if (/%(?![0-9a-f]{2})/i.test(data)) {
    throw new DataUriError('is malformed: a % is not followed by two hexadecimal digits');
  }
  const encoded = Buffer.from(data, 'utf8');
  const decoded = Buffer.alloc(encoded.length);
  let length = 0;
  for (let at = 0; at < encoded.length; at++) {
    const byte = encoded[at] ?? 0;
    if (byte === 0x25) {
      decoded[length++] = Number.parseInt(encoded.toString('latin1', at + 1, at + 3), 16);
      at += 2;
    } else {
      decoded[length++] = byte;
    }
  }
  return decoded.subarray(0, length);
}

const tooLarge = () => new DataUriError('is larger than 50 MB');
