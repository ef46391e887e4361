/** Text that is read first. */
export const INK = '#1f2328';
/** Text beside it: 4.5 to 1 and more against white. */
export const SOFT_INK = '#656d76';
/** The grey of thin lines, 0 to 255. */
export const LINE = 222;
/** The ground on which a note stands for a picture. */
export const NOTE_GROUND = '#f4f5f6';
