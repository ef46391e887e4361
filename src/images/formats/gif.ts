import { PLAIN, type Probe } from '../picture-facts.js';
import { ByteView, startsWith } from './byte-view.js';

const EXTENSION = 0x21;
const IMAGE = 0x2c;
const TRAILER = 0x3b;
const LONGEST_BLOCK = 255;
const GRAPHIC_CONTROL = 0xf9;

export const isGif = (bytes: Uint8Array) => startsWith(bytes, 'GIF87a') || startsWith(bytes, 'GIF89a');

/**
 * Walks the blocks to the trailer. Bytes after it are allowed; so is its absence, as in viewers. sharp's metadata() is
 * no substitute: it missed half of the points at which an animated GIF was cut, and every probe, even one without sharp,
 * would have to wait for it.
 */
export function probeGif(bytes: Uint8Array): Probe {
  const view = new ByteView(bytes, 'the GIF', true);
  let width = view.u16(6);
  let height = view.u16(8);
  let frames = 0;
  // Of the first frame: whether it has a transparent colour or leaves a part of the screen empty.
  let alpha = false;
  let flaw: string | undefined;
  for (let at = 13 + paletteBytes(view.u8(10)); ;) {
    const block = at === view.length ? undefined : view.u8(at);
    if (block === TRAILER) break;
    if (block !== EXTENSION && block !== IMAGE && frames > 0) {
      flaw = block === undefined ? 'has no end marker' : 'has stray bytes after its last frame';
      break;
    }
    if (block === EXTENSION) {
      // Its flags follow the label and the length of its one block.
      if (frames === 0 && view.u8(at + 1) === GRAPHIC_CONTROL) alpha = (view.u8(at + 3) & 1) === 1;
      at = skipSubBlocks(view, at + 2);
    } else if (block === IMAGE) {
      // Some writers leave the screen size at zero: then the first frame has the size.
      width ||= view.u16(at + 5);
      height ||= view.u16(at + 7);
      if (frames === 0) alpha ||= !covers(view, at, width, height);
      frames++;
      // Ten bytes of descriptor, the palette, one byte of code size.
      at = skipSubBlocks(view, at + 11 + paletteBytes(view.u8(at + 9)));
    } else {
      throw view.damaged('has a block of an unknown kind');
    }
  }
  if (frames === 0 || width === 0 || height === 0) throw view.damaged('has no picture data');
  return {
    ...PLAIN,
    format: 'gif',
    contentType: 'image/gif',
    width,
    height,
    orientation: 1,
    animated: frames > 1,
    colour: 'rgb',
    alpha,
    flaw,
  };
}

/** Part of the screen that the first frame fills. @param bytes a GIF that was probed */
export function firstFrame(bytes: Uint8Array): { left: number; top: number; width: number; height: number } {
  const view = new ByteView(bytes, 'the GIF', true);
  let at = 13 + paletteBytes(view.u8(10));
  while (view.u8(at) === EXTENSION) at = skipSubBlocks(view, at + 2);
  const [left, top, width, height] = [view.u16(at + 1), view.u16(at + 3), view.u16(at + 5), view.u16(at + 7)];
  return { left, top, width, height };
}

/** Whether a frame fills the screen: its descriptor holds left, top, width and height. */
function covers(view: ByteView, at: number, width: number, height: number): boolean {
  const [left, top] = [view.u16(at + 1), view.u16(at + 3)];
  return left === 0 && top === 0 && view.u16(at + 5) >= width && view.u16(at + 7) >= height;
}

/** Size of a palette: the top bit says whether there is one, the lowest three bits how large it is. */
const paletteBytes = (flags: number) => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);

function skipSubBlocks(view: ByteView, start: number): number {
  let at = start;
  for (let length = view.u8(at); length > 0; length = view.u8(at)) {
    at += 1 + length;
    // Viewers forgive a missing last zero. Only the last block is shorter than the others.
    if (at === view.length && length < LONGEST_BLOCK) return at;
  }
  return at + 1;
}

/** A copy of a GIF with a flaw that a strict decoder reads, unless pixels are missing: with an end of its own. */
export const mendedGif = (bytes: Uint8Array): Uint8Array => Buffer.concat([bytes, Buffer.from([0, TRAILER])]);
