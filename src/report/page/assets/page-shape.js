/** @import { ReportItem } from '../data.js' */

/** A few hundred tell what most are like. */
const LOOKED_AT = 400;
/** Cards that are much wider or taller than that do not stand well beside each other. */
const NARROWEST = 0.8;
const WIDEST = 1.6;

/**
 * Width by height of the frame for all pictures: that of the middlemost, so that most of them fill it.
 *
 * @param {readonly ReportItem[]} items
 */
export function shapeOf(items) {
  const shapes = items
    .slice(0, LOOKED_AT)
    .map(({ after, before }) => after[0] ?? before[0])
    .flatMap((picture) => (picture?.width && picture.height ? [picture.width / picture.height] : []))
    .sort((one, other) => one - other);
  const middle = shapes[Math.floor(shapes.length / 2)] ?? 1.5;
  return Math.min(WIDEST, Math.max(NARROWEST, middle));
}
