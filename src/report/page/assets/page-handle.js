import { element } from './page-elements.js';

/** @import { Box } from './page-zoom.js' */

/** The width of the handle in page-stage.css, in pixels: half of it juts out over each end of the picture. */
const GRIP = 44;

/**
 * The handle between before and after: a range input laid over the picture, so that a mouse, a finger, the keyboard
 * and a screen reader move it as they move any other.
 *
 * @param {() => void} onmove
 */
export function createHandle(onmove) {
  let span = { left: 0, width: 1 };
  const input = element('input', {
    type: 'range',
    class: 'handle',
    dir: 'ltr',
    min: 0,
    max: 100,
    step: 'any',
    value: 50,
    'aria-label': 'Border between the two pictures',
    'aria-valuetext': '50% from the left',
    oninput: tell,
  });

  function tell() {
    input.setAttribute('aria-valuetext', `${Math.round(input.valueAsNumber)}% from the left`);
    onmove();
  }

  return {
    element: input,
    /**
     * Lays the handle over what is seen of the picture.
     *
     * @param {Box} part
     * @returns {number} where it stands, in pixels from the left
     */
    place({ left, top, width, height }) {
      span = { left, width: Math.max(1, width) };
      input.style.left = `${left - GRIP / 2}px`;
      input.style.top = `${top}px`;
      input.style.width = `${width + GRIP}px`;
      input.style.height = `${height}px`;
      return left + (input.valueAsNumber / 100) * width;
    },
    /**
     * Moves it to a point.
     *
     * @param {number} at in pixels from the left
     */
    moveTo(at) {
      input.value = String(((at - span.left) / span.width) * 100);
      tell();
    },
  };
}
