import type { Gravity } from '../../models/drift/difference.js';
import { harmlessLine } from '../../terminal/plain.js';
import type { ModelCheck } from './check.js';
import { differenceText, priceChange } from './verdict.js';

/** Longest line with texts from fal. */
const LONGEST = 300;

const ORDER: readonly Gravity[] = ['drift', 'warning', 'info'];

/** Result of a check for people: the status at fal, then a line per difference, the worst first. */
export function checkLines(check: ModelCheck): string[] {
  const { model, status, title, differences, unchecked } = check;
  const price = priceChange(check);
  const named = title === undefined ? '' : ` ("${title}")`;
  const lines = [
    `${model.name}: ${statusText(status)}${named}`,
    ...(status === 'missing' ? ['  drift    the endpoint no longer exists'] : []),
    ...(status === 'deprecated' ? ['  warning  fal calls it deprecated'] : []),
    ...(price === undefined ? [] : [`  warning  price: ${price}`]),
    ...ORDER.flatMap((gravity) =>
      differences
        .filter((difference) => difference.gravity === gravity)
        .map((one) => `  ${gravity.padEnd(7)}  ${one.field}: ${differenceText(one)}`),
    ),
    ...unchecked.map(({ part, why }) => `  not checked: ${part}: ${why}`),
  ];
  const isQuiet = lines.length === 1;
  return [...lines, ...(isQuiet ? ['  no changes'] : [])].map(lineText);
}

function statusText(status: string | undefined): string {
  return status ?? 'status unknown';
}

/** Keeps our indent; the rest may come from fal. */
function lineText(line: string): string {
  const indent = line.startsWith('  ') ? '  ' : '';
  return indent + harmlessLine(line, LONGEST);
}
