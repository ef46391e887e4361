import { FalEditError } from '../../errors/error.js';
import type { FigureName } from '../../study/sweep/figures.js';
import type { Bound } from '../../study/sweep/best.js';
import { costWord, numberText, shareText } from '../../report/sweep/tables.js';
import { usdText } from '../../units.js';
import type { BestFound } from './document.js';

/** `Best for max-change=0.4: strength 0.5 (change 38.2%).` */
export function bestText(best: BestFound, bounds: readonly Bound[], sandbox: boolean): string {
  return `Best for ${boundsText(bounds)}: ${cellText(best)} (${foundText(best, bounds, sandbox)}).`;
}

/** Error if no setting meets the bounds. */
export function noneMeetsBounds(best: BestFound, bounds: readonly Bound[], sandbox: boolean): FalEditError {
  return new FalEditError(
    'expectation',
    `No setting meets ${boundsText(bounds)}. Nearest: ${cellText(best)} (${foundText(best, bounds, sandbox)}).`,
    {
      hint: 'Widen the axes or the bounds. Finished cells are not paid for again.',
      charged: 'yes',
      details: { best: best.group.at, medians: best.group.figures, command: best.command },
    },
  );
}

/** Error if no cell has a picture with these measures. */
export function noneMeasured(bounds: readonly Bound[]): FalEditError {
  return new FalEditError('expectation', `--best ${boundsText(bounds)}: no cell has a picture to measure.`, {
    charged: 'maybe',
  });
}

function boundsText(bounds: readonly Bound[]): string {
  return bounds.map(({ written }) => written).join(', ');
}

function cellText({ group: { at } }: BestFound): string {
  const words = Object.entries(at).map(([name, value]) => (name === 'picture' ? value : `${name} ${value}`));
  return words.length === 0 ? 'the only setting' : words.join(', ');
}

/** Medians, and the number of seeds if there are several. */
function foundText(
  { group: { figures, cells } }: BestFound,
  bounds: readonly Bound[],
  sandbox: boolean,
): string {
  const names = [...new Set(bounds.map(({ figure }) => figure))];
  const words = names.map((name) => `${wordOf(name, sandbox)} ${figureText(name, figures[name])}`);
  return `${words.join(', ')}${cells.length > 1 ? `, median of ${cells.length} seeds` : ''}`;
}

function wordOf(name: FigureName, sandbox: boolean): string {
  return name === 'cost_usd' ? costWord(sandbox) : name.replace('_', ' ');
}

function figureText(name: FigureName, value: number | null): string {
  switch (name) {
    case 'change':
      return shareText(value);
    case 'cost_usd':
      return value === null ? '–' : usdText(value);
    case 'sharpness':
      return numberText(value, 2);
    default:
      return numberText(value, 1);
  }
}
