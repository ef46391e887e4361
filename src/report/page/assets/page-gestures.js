/* global Element */
/**
 * Fingers, mouse and wheel on the stage. Points are in pixels of the window.
 *
 * @typedef {object} Hand
 * @property {(point: Point) => void} ondown
 * @property {(from: Point, to: Point) => void} ondrag
 * @property {(factor: number, at: Point) => void} onzoom
 */

/** @typedef {{ x: number, y: number }} Point */

/** A notch of a wheel is 100 or 120. */
const WHEEL = 0.0018;
/** Two fingers on a touchpad come as a wheel in far smaller steps. */
const PINCH = 0.012;

/**
 * One finger drags, two zoom, the wheel zooms. What has a hand of its own (a slider, a button) is left alone.
 *
 * @param {HTMLElement} stage
 * @param {Hand} hand
 */
export function attachGestures(stage, { ondown, ondrag, onzoom }) {
  /** @type {Map<number, Point>} */
  const fingers = new Map();

  stage.addEventListener('pointerdown', (event) => {
    if (event.button !== 0 || isControl(event.target)) return;
    stage.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, pointOf(event));
    if (fingers.size === 1) ondown(pointOf(event));
  });
  stage.addEventListener('pointermove', (event) => {
    const from = fingers.get(event.pointerId);
    if (from === undefined) return;
    const to = pointOf(event);
    const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
    fingers.set(event.pointerId, to);
    if (other === undefined) ondrag(from, to);
    else onzoom(distance(to, other) / Math.max(1, distance(from, other)), middle(to, other));
  });
  for (const name of /** @type {const} */ (['pointerup', 'pointercancel'])) {
    stage.addEventListener(name, (event) => fingers.delete(event.pointerId));
  }
  stage.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      const lines = event.deltaMode === 1 ? 33 : 1;
      onzoom(Math.exp(-event.deltaY * lines * (event.ctrlKey ? PINCH : WHEEL)), pointOf(event));
    },
    { passive: false },
  );
}

/** @param {EventTarget | null} target */
function isControl(target) {
  return target instanceof Element && target.closest('input, button, select, label') !== null;
}

/**
 * @param {MouseEvent} event
 * @returns {Point}
 */
function pointOf({ clientX, clientY }) {
  return { x: clientX, y: clientY };
}

/**
 * @param {Point} one
 * @param {Point} other
 */
function distance(one, other) {
  return Math.hypot(one.x - other.x, one.y - other.y);
}

/**
 * @param {Point} one
 * @param {Point} other
 * @returns {Point}
 */
function middle(one, other) {
  return { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 };
}
