/**
 * What is seen of a picture, in a way that means the same for pictures and panes of other sizes.
 *
 * @typedef {object} View
 * @property {number} scale 1 where the whole picture fits
 * @property {number} x the point of the picture that lies in the middle, from 0 at the left to 1
 * @property {number} y the same, from the top
 */

/** @typedef {{ width: number, height: number }} Size in pixels */
/** @typedef {{ left: number, top: number, width: number, height: number }} Box in pixels */

const CLOSEST = 32;

/** @type {View} */
export const WHOLE = { scale: 1, x: 0.5, y: 0.5 };

/**
 * The size at which a picture just fits.
 *
 * @param {Size} picture
 * @param {Size} room
 * @returns {Size}
 */
export function fitted(picture, room) {
  const scale = Math.min(room.width / picture.width, room.height / picture.height);
  return { width: picture.width * scale, height: picture.height * scale };
}

/**
 * Where a picture stands in its room.
 *
 * @param {View} view
 * @param {Size} fit
 * @param {Size} room
 * @returns {Box}
 */
export function boxOf({ scale, x, y }, fit, room) {
  const width = fit.width * scale;
  const height = fit.height * scale;
  return { left: room.width / 2 - x * width, top: room.height / 2 - y * height, width, height };
}

/**
 * The part of a picture that lies in its room.
 *
 * @param {Box} box
 * @param {Size} room
 * @returns {Box}
 */
export function within(box, room) {
  const left = Math.max(0, box.left);
  const top = Math.max(0, box.top);
  const width = Math.max(0, Math.min(room.width, box.left + box.width) - left);
  const height = Math.max(0, Math.min(room.height, box.top + box.height) - top);
  return { left, top, width, height };
}

/**
 * Nearer by a factor, so that the point under the pointer stays there.
 *
 * @param {View} view
 * @param {number} factor
 * @param {Size} fit
 * @param {Size} room
 * @param {{ x: number, y: number }} [from] the pointer, in pixels from the middle of the room
 * @returns {View}
 */
export function zoomed(view, factor, fit, room, from = { x: 0, y: 0 }) {
  const scale = Math.min(CLOSEST, Math.max(1, view.scale * factor));
  const shift = 1 / view.scale - 1 / scale;
  const x = view.x + (from.x / fit.width) * shift;
  const y = view.y + (from.y / fit.height) * shift;
  return held({ scale, x, y }, fit, room);
}

/**
 * Pushed by so many pixels.
 *
 * @param {View} view
 * @param {{ x: number, y: number }} by
 * @param {Size} fit
 * @param {Size} room
 * @returns {View}
 */
export function pushed(view, by, fit, room) {
  const x = view.x - by.x / (fit.width * view.scale);
  const y = view.y - by.y / (fit.height * view.scale);
  return held({ ...view, x, y }, fit, room);
}

/**
 * A view that shows no more emptiness than it must: a picture narrower than its room stands in the middle, a wider
 * one fills it.
 *
 * @param {View} view
 * @param {Size} fit
 * @param {Size} room
 * @returns {View}
 */
export function held({ scale, x, y }, fit, room) {
  return {
    scale,
    x: heldAt(x, room.width / (fit.width * scale)),
    y: heldAt(y, room.height / (fit.height * scale)),
  };
}

/**
 * @param {number} at
 * @param {number} seen the share of the picture that there is room for
 */
function heldAt(at, seen) {
  return seen >= 1 ? 0.5 : Math.min(1 - seen / 2, Math.max(seen / 2, at));
}
