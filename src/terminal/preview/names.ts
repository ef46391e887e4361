import { harmlessLine } from '../plain.js';
import type { Slots } from './slots.js';

/** The names beneath the pictures, each harmless and cut to the width of its picture's place. */
export async function namesLine({ pictures, columns, pitch }: Slots<{ name: string }>): Promise<string> {
  const { default: stringWidth } = await import('string-width');
  const names = pictures.map(({ name }) => {
    const text = cut(harmlessLine(name), columns, stringWidth);
    return text + ' '.repeat(Math.max(0, pitch - stringWidth(text)));
  });
  return names.join('').trimEnd();
}

/** Never through the middle of what a person sees as one character. */
function cut(text: string, room: number, measure: (text: string) => number): string {
  if (measure(text) <= room) return text;
  let kept = '';
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (measure(kept + segment) > room - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}
