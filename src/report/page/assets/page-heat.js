import { drawn, element } from './page-elements.js';

/** Red, green and blue from no difference to the greatest; the same as the legend's in page-stage.css. */
const PALETTE = ['.04 .24 .58 .88 .98 1', '.04 .06 .14 .36 .66 .98', '.10 .37 .40 .20 .10 .72'];
/** The eye's weights. */
const LIGHTNESS = [0.2126, 0.7152, 0.0722];
const GAIN = { min: 1, max: 10, value: 3 };

/**
 * The filter that turns the difference of two pictures into a heat map, and a legend with the gain. A page from the
 * disk may not read pixels, but the browser may blend and recolour them.
 */
export function createHeat() {
  const matrix = drawn('feColorMatrix', { type: 'matrix' });
  const [red, green, blue] = PALETTE;
  const filter = drawn(
    'filter',
    { id: 'heat', x: '0', y: '0', width: '1', height: '1', 'color-interpolation-filters': 'sRGB' },
    matrix,
    drawn(
      'feComponentTransfer',
      {},
      drawn('feFuncR', { type: 'table', tableValues: red }),
      drawn('feFuncG', { type: 'table', tableValues: green }),
      drawn('feFuncB', { type: 'table', tableValues: blue }),
    ),
  );

  function amplify() {
    const row = LIGHTNESS.map((weight) => weight * input.valueAsNumber).join(' ');
    matrix.setAttribute('values', `${row} 0 0 ${row} 0 0 ${row} 0 0 0 0 0 1 0`);
    output.textContent = `×${input.value}`;
  }

  const input = element('input', { type: 'range', ...GAIN, oninput: amplify });
  const output = element('span', { class: 'gain' });
  amplify();
  return {
    filter: drawn('svg', { class: 'out-of-sight', 'aria-hidden': 'true', width: 0, height: 0 }, filter),
    legend: element(
      'div',
      { class: 'legend-heat' },
      element('span', {}, 'same'),
      element('span', { class: 'ramp', 'aria-hidden': 'true' }),
      element('span', {}, 'different'),
      element('label', {}, 'amplified ', input, output),
    ),
  };
}
