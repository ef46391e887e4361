import { DamagedPictureError } from '../picture-errors.js';

/**
 * Reads numbers from untrusted bytes: reading outside of them throws a {@link DamagedPictureError}, never a
 * RangeError, and never returns undefined.
 */
export class ByteView {
  readonly #view: DataView;

  constructor(
    readonly bytes: Uint8Array,
    /** Its name in errors: "the PNG". */
    readonly subject: string,
    readonly littleEndian = false,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get length(): number {
    return this.bytes.length;
  }

  u8(at: number): number {
    this.#need(at, 1);
    return this.#view.getUint8(at);
  }

  u16(at: number): number {
    this.#need(at, 2);
    return this.#view.getUint16(at, this.littleEndian);
  }

  u24(at: number): number {
    return this.littleEndian ? this.u16(at) | (this.u8(at + 2) << 16) : (this.u16(at) << 8) | this.u8(at + 2);
  }

  u32(at: number): number {
    this.#need(at, 4);
    return this.#view.getUint32(at, this.littleEndian);
  }

  /** A 64-bit number; imprecise beyond 2^53, which no file reaches. */
  u64(at: number): number {
    this.#need(at, 8);
    return Number(this.#view.getBigUint64(at, this.littleEndian));
  }

  /** A signed fraction of 16 and 16 bits, as in colour profiles. */
  fixed(at: number): number {
    this.#need(at, 4);
    return this.#view.getInt32(at, this.littleEndian) / 65_536;
  }

  /** Characters of a code such as "IHDR". */
  ascii(at: number, length: number): string {
    this.#need(at, length);
    return String.fromCharCode(...this.bytes.subarray(at, at + length));
  }

  /** A part of the bytes, never cut short. */
  slice(at: number, length: number): Uint8Array {
    this.#need(at, length);
    return this.bytes.subarray(at, at + length);
  }

  /** A damaged-picture error that names this view's subject. */
  damaged(what: string): DamagedPictureError {
    return new DamagedPictureError(`is damaged: ${this.subject} ${what}`);
  }

  #need(at: number, length: number): void {
    if (at < 0 || at + length > this.bytes.length) throw this.damaged('is cut short');
  }
}

/** Whether the bytes start with these, given as latin-1 text. */
export function startsWith(bytes: Uint8Array, magic: string, at = 0): boolean {
  if (bytes.length < at + magic.length) return false;
  for (let index = 0; index < magic.length; index++) {
    if (bytes[at + index] !== magic.charCodeAt(index)) return false;
  }
  return true;
}
