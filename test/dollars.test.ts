import { expect, test } from 'vitest';
import { billedText, withoutCharge } from '../src/dollars.js';
import { billedFigure } from '../src/report/page/masthead.js';

test.each([
  [0, false, 0.225, 'billed: not known yet (estimated $0.225)'],
  [0, false, 0, '$0.00 billed'],
  [0.075, false, 0.15, 'at least $0.075 billed, about $0.15 not billed yet'],
  [0.075, true, 0, 'sandbox: nothing charged (would be $0.075)'],
])('%d billed (sandbox: %j), %d estimated: %s', (usd, sandbox, outstanding, text) => {
  expect(billedText(usd, sandbox, outstanding)).toBe(text);
});

test.each([
  [
    'Not done. Request r is done at fal and charged, but not all of it is here.',
    'Not done. Request r is done at fal, but not all of it is here.',
  ],
  [
    'Request r is done at fal, but its result could not be fetched; it may be charged.',
    'Request r is done at fal, but its result could not be fetched.',
  ],
  ['fal goes on with request r, and charges it when it is done.', 'fal goes on with request r.'],
  [
    'Request r was cancelled at fal while it ran, and may be charged.',
    'Request r was cancelled at fal while it ran.',
  ],
  ['it may already run: it may still finish and be charged.', 'it may already run: it may still finish.'],
  ['Request r runs at fal, and is charged when it is done.', 'Request r runs at fal.'],
  [
    'fal does not know request r any more; it may have been charged.',
    'fal does not know request r any more.',
  ],
  [
    'while the edit was being sent: it may have arrived and may be charged.',
    'while the edit was being sent: it may have arrived.',
  ],
  [
    'It may have been sent and may be charged; what came of it is not known.',
    'It may have been sent; what came of it is not known.',
  ],
  [
    '2 rows may have been sent and may be charged. 1 of 3 rows is done.',
    '2 rows may have been sent. 1 of 3 rows is done.',
  ],
  [
    'Request r was accepted and is charged, but the ledger could not be told.',
    'Request r was accepted, but the ledger could not be told.',
  ],
  [
    'Interrupted. Nothing was sent, nothing is charged.',
    'Interrupted. Nothing was sent, nothing is charged.',
  ],
])('on the sandbox, %j does not say what fal charges', (text, free) => {
  expect(withoutCharge(text)).toBe(free);
});

test('a page does not say that nothing was billed where that is not known', () => {
  expect(billedFigure(0, false, true).value).toBe('not known yet');
  expect(billedFigure(0, false, false).value).toBe('$0.00');
});
