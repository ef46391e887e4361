import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Pixels } from './encode.js';
import { toneAt, type Colour } from './palette.js';
import type { Style } from './style.js';

/** Rows between two pauses: other requests are answered while a large picture is drawn. */
const ROWS_A_TURN = 128;
/** Pixels of the copy that the brush works on. */
const CANVAS = 130_000;

/**
 * Redraws a picture in a style, outlines inked and tones flattened; its composition stays.
 *
 * @returns new pixels of the same size
 */
export async function stylise(picture: Pixels, style: Style): Promise<Pixels> {
  const { width, height } = picture;
  const { smooth, shrunk } = await smoothed(picture, style.brush);
  const sheet: Sheet = {
    smooth,
    light: lightness(smooth),
    data: new Uint8Array(smooth.length),
    width,
    height,
    shrunk,
    tones: toneTable(style),
    outline: toneAt(style.palette, style.glowing ? 1 : 0),
  };
  for (let y = 0; y < height; y += ROWS_A_TURN) {
    drawRows(sheet, style, y, Math.min(height, y + ROWS_A_TURN));
    await nextTurn();
  }
  return { data: sheet.data, width, height };
}

interface Sheet extends Pixels {
  smooth: Uint8Array;
  light: Uint8Array;
  /** How many times smaller the copy was that the brush worked on. */
  shrunk: number;
  tones: Uint8Array;
  outline: Colour;
}

function drawRows(sheet: Sheet, style: Style, from: number, to: number): void {
  const { smooth, light, data, width, height, shrunk, tones, outline } = sheet;
  // An outline is as dark as it was before the picture was enlarged again, only wider.
  const faint = 10 / shrunk;
  const reach = 9 * shrunk;
  const own = Math.round(style.ownColour * 256);
  for (let y = from; y < to; y++) {
    const below = y + 1 < height ? width : 0;
    for (let x = 0, pixel = y * width; x < width; x++, pixel++) {
      const tone = light[pixel] ?? 0;
      const right = light[x + 1 < width ? pixel + 1 : pixel] ?? 0;
      const edge = Math.abs(tone - right) + Math.abs(tone - (light[pixel + below] ?? 0));
      const ink = edge < faint ? 0 : Math.min(256, (edge - faint) * reach) * style.ink;
      for (let channel = 0, at = pixel * 3; channel < 3; channel++, at++) {
        const flat = ((tones[tone * 3 + channel] ?? 0) * (256 - own) + (smooth[at] ?? 0) * own) >> 8;
        data[at] = ink === 0 ? flat : (flat * (256 - ink) + (outline[channel] ?? 0) * ink) >> 8;
      }
    }
  }
}

/** A brush is wide compared to the picture, and a median is dear: both are right on a smaller copy. */
async function smoothed(
  { data, width, height }: Pixels,
  brush: number,
): Promise<{ smooth: Uint8Array; shrunk: number }> {
  const { default: sharp } = await import('sharp');
  const shrunk = Math.max(1, Math.sqrt((width * height) / CANVAS));
  const small = {
    width: Math.round(width / shrunk),
    height: Math.round(height / shrunk),
    channels: 3,
  } as const;
  const copy = await sharp(data, { raw: { width, height, channels: 3 } })
    .resize(small.width, small.height, { fit: 'fill', kernel: 'linear' })
    .raw()
    .toBuffer();
  const brushed = sharp(await sharp(copy, { raw: small }).median(brush).raw().toBuffer(), { raw: small });
  const smooth = await brushed.resize(width, height, { fit: 'fill', kernel: 'cubic' }).raw().toBuffer();
  return { smooth, shrunk };
}

/** One byte a pixel. */
function lightness(data: Uint8Array): Uint8Array {
  const light = new Uint8Array(data.length / 3);
  for (let pixel = 0, at = 0; pixel < light.length; pixel++, at += 3) {
    light[pixel] = ((data[at] ?? 0) * 77 + (data[at + 1] ?? 0) * 150 + (data[at + 2] ?? 0) * 29) >> 8;
  }
  return light;
}

/** The colour of each of the 256 lightnesses: flat steps with soft banks between them. */
function toneTable({ palette, levels }: Style): Uint8Array {
  const table = new Uint8Array(256 * 3);
  for (let light = 0; light < 256; light++) {
    const at = (light / 255) * (levels - 1);
    const step = Math.floor(at);
    const bank = Math.min(1, Math.max(0, (at - step - 0.3) / 0.4));
    table.set(toneAt(palette, (step + bank * bank * (3 - 2 * bank)) / (levels - 1)), light * 3);
  }
  return table;
}
