import { element, foreign } from './page-elements.js';
import { fullPicture } from './page-picture.js';
import { boxOf, fitted, held, within } from './page-zoom.js';

/** @import { ReportPicture } from '../data.js' */
/** @import { Box, Size, View } from './page-zoom.js' */

/** @typedef {'before' | 'after'} Side */
/** @typedef {{ picture: ReportPicture, label: string, alt: string }} Shown */
/** @typedef {{ onload: () => void, onmissing: (picture: ReportPicture) => void }} Watcher */

/** Sides of two pictures that differ by no more than this are rounding: a model works in steps of 16 pixels. */
const SAME_SHAPE = 0.06;
/** Each pixel of the file is at least so many of the screen: then pixels are what one looks at. */
const PIXELS_SEEN = 3;

/**
 * A window onto one picture, or onto two that lie on each other.
 *
 * @param {Partial<Record<Side, Shown>>} layers
 * @param {Watcher} watcher told when the size of a picture has become known, and when it cannot be loaded
 */
export function createPane(layers, { onload, onmissing }) {
  const sides = /** @type {[Side, Shown][]} */ (Object.entries(layers));
  const images = sides.map(([side, { picture, alt }]) => {
    const image = fullPicture(picture, alt, `layer ${side}`);
    image.addEventListener('load', onload);
    image.addEventListener('error', () => onmissing(picture));
    return image;
  });
  const labels = sides.map(([side, { label }]) => element('p', { class: `label ${side}` }, foreign(label)));
  const frame = element('div', { class: 'frame' }, ...images);
  const seen = element('div', { class: 'seen' }, ...labels);
  const pane = element('div', { class: 'pane' }, frame, seen);
  // The result, where there is one: what the frame's shape is taken from.
  const last = sides.at(-1)?.[1].picture;

  /** @returns {Size} */
  function pictureSize() {
    const { naturalWidth = 0, naturalHeight = 0 } = images.at(-1) ?? {};
    if (naturalWidth > 0) return { width: naturalWidth, height: naturalHeight };
    return { width: last?.width ?? 3, height: last?.height ?? 2 };
  }

  /** @returns {Size} */
  function room() {
    return { width: Math.max(1, pane.clientWidth), height: Math.max(1, pane.clientHeight) };
  }

  const fit = () => fitted(pictureSize(), room());
  return {
    element: pane,
    room,
    fit,
    /**
     * Shows the part of the picture.
     *
     * @param {View} view
     * @returns {{ whole: Box, part: Box }} the picture, and what is seen of it
     */
    place(view) {
      // The picture may have another shape than the one for which the view was chosen.
      const whole = boxOf(held(view, fit(), room()), fit(), room());
      const part = within(whole, room());
      put(frame, whole);
      put(seen, part);
      frame.classList.toggle('pixels', whole.width > pictureSize().width * PIXELS_SEEN);
      for (const image of images) image.classList.toggle('same-shape', isOfShape(image, whole));
      return { whole, part };
    },
    /**
     * Shows the one picture to the left of a line, in pixels from the left of the pane, and the other to the right:
     * where one has holes, what lies under it is not seen.
     *
     * @param {number} at
     * @param {Box} whole
     */
    uncover(at, whole) {
      const share = Math.min(1, Math.max(0, (at - whole.left) / whole.width));
      const [under, over] = images;
      under?.style.setProperty('clip-path', `inset(0 ${(1 - share) * 100}% 0 0)`);
      over?.style.setProperty('clip-path', `inset(0 0 0 ${share * 100}%)`);
    },
  };
}

/**
 * @param {HTMLElement} element
 * @param {Box} box
 */
function put({ style }, { left, top, width, height }) {
  style.transform = `translate(${left}px, ${top}px)`;
  style.width = `${width}px`;
  style.height = `${height}px`;
}

/**
 * @param {HTMLImageElement} image
 * @param {Size} box
 */
function isOfShape({ naturalWidth, naturalHeight }, { width, height }) {
  if (naturalWidth === 0 || width === 0) return true;
  return Math.abs((naturalWidth / naturalHeight / width) * height - 1) < SAME_SHAPE;
}
