import { chromium } from 'playwright-core';
import { CHROMIUM, CHROMIUM_FLAGS } from '../support/chromium.js';

/** Pixels of a picture, three bytes each. */
export interface Shown {
  width: number;
  height: number;
  pixels: Buffer;
}

const AT_ONCE = 32;

/** In the page: a picture on white, as it stands, upright and in sRGB; null if the browser cannot show it. */
const DRAW = `async (base64) => {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const image = new Image();
  image.src = URL.createObjectURL(new Blob([bytes]));
  try {
    await image.decode();
  } catch {
    return null;
  }
  const canvas = document.createElement('canvas');
  const { naturalWidth: width, naturalHeight: height } = image;
  Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.fillStyle = 'white';
  context.fillRect(0, 0, width, height);
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  let text = '';
  for (let at = 0; at < data.length; at += 4) text += String.fromCharCode(data[at], data[at + 1], data[at + 2]);
  return { width, height, pixels: btoa(text) };
}`;

/** How Chromium shows each picture on a white page; an Error for what it does not show. */
export async function readByChromium(pictures: readonly Uint8Array[]): Promise<(Shown | Error)[]> {
  const argv = [...CHROMIUM_FLAGS, '--force-color-profile=srgb'];
  const browser = await chromium.launch({ executablePath: CHROMIUM ?? '', args: argv });
  try {
    const page = await browser.newPage();
    const shown: (Shown | Error)[] = [];
    for (let at = 0; at < pictures.length; at += AT_ONCE) {
      const some = pictures.slice(at, at + AT_ONCE).map((bytes) => Buffer.from(bytes).toString('base64'));
      const drawn = await page.evaluate<({ width: number; height: number; pixels: string } | null)[]>(
        `Promise.all(${JSON.stringify(some)}.map(${DRAW}))`,
      );
      shown.push(
        ...drawn.map((one) =>
          one === null
            ? new Error('Chromium does not show it')
            : { ...one, pixels: Buffer.from(one.pixels, 'base64') },
        ),
      );
    }
    return shown;
  } finally {
    await browser.close();
  }
}
