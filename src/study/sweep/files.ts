/** The names of a sweep's own files in the out-dir, in addition to those of every batch. */
export const SWEEP_FILES = {
  document: 'sweep.json',
  page: 'sweep.html',
  /** Several sheets are numbered: `sheet-1.png`. */
  sheet: 'sheet.png',
} as const;

/** The name of a contact sheet. @param index from 0 @param count of all sheets */
export function sheetName(index: number, count: number): string {
  return count === 1 ? SWEEP_FILES.sheet : SWEEP_FILES.sheet.replace('.', `-${index + 1}.`);
}

/** Whether a contact sheet of some sweep can have that name: without a folder in front. */
export function isSheetName(name: string): boolean {
  return /^sheet(-[1-9]\d*)?\.png$/.test(name);
}
