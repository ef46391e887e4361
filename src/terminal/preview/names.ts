import { harmlessLine } from '../plain.js';
import type { Slots } from './slots.js';

/** The names below the pictures, made safe and cut to the width of the slot. */
export async function namesLine({ pictures, columns, pitch }: Slots<{ name: string }>): Promise<string> {
  const { default: stringWidth } = await import('string-width');
  const names = pictures.map(({ name }) => {
    const text = cut(harmlessLine(name), columns, stringWidth);
    return text + ' '.repeat(Math.max(0, pitch - stringWidth(text)));
  });
  return names.join('').trimEnd();
}

/** Cuts a text, but never within a grapheme. */
function cut(text: string, room: number, measure: (text: string) => number): string {
  if (measure(text) <= room) return text;
  let kept = '';
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (measure(kept + segment) > room - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}
