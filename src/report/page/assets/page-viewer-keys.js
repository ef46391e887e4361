import { MODES } from './page-viewer-bar.js';

/** @import { Actions } from './page-viewer-bar.js' */

/** Pixels by which a key pushes the picture. */
const PUSH = 80;

/**
 * What the keys do in the viewer.
 *
 * @param {Actions} act
 * @returns {(event: KeyboardEvent) => (() => void) | undefined} what a key does
 */
export function viewerKeys(act) {
  /** @type {Record<string, () => void>} */
  const keys = {
    ArrowLeft: () => act.turn(-1),
    ArrowRight: () => act.turn(1),
    k: () => act.turn(-1),
    j: () => act.turn(1),
    ArrowUp: () => act.turnResult(-1),
    ArrowDown: () => act.turnResult(1),
    '+': () => act.zoom(1),
    '=': () => act.zoom(1),
    '-': () => act.zoom(-1),
    0: act.whole,
    c: act.copy,
    ...Object.fromEntries(MODES.map(([mode], at) => [String(at + 1), () => act.compare(mode)])),
  };
  /** @type {Record<string, () => void>} */
  const withShift = {
    ArrowLeft: () => act.push({ x: PUSH, y: 0 }),
    ArrowRight: () => act.push({ x: -PUSH, y: 0 }),
    ArrowUp: () => act.push({ x: 0, y: PUSH }),
    ArrowDown: () => act.push({ x: 0, y: -PUSH }),
  };
  return ({ key, shiftKey }) => (shiftKey ? (withShift[key] ?? keys[key]) : keys[key]);
}
