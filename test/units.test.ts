import { expect, test } from 'vitest';
import { billedText } from '../src/units.js';
import { billedFigure } from '../src/report/page/masthead.js';

test.each([
  [0, false, 0.225, 'billed: not known yet (estimated $0.225)'],
  [0, false, 0, '$0.00 billed'],
  [0.075, false, 0.15, 'at least $0.075 billed, about $0.15 not billed yet'],
  [0.075, true, 0, 'sandbox: nothing charged (would be $0.075)'],
])('%d billed (sandbox: %j), %d estimated: %s', (usd, sandbox, outstanding, text) => {
  expect(billedText(usd, sandbox, outstanding)).toBe(text);
});

test('a page does not say that nothing was billed where that is not known', () => {
  expect(billedFigure(0, false, true).value).toBe('not known yet');
  expect(billedFigure(0, false, false).value).toBe('$0.00');
});
