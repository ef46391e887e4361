/** Names of a sweep's own files in the out-dir, in addition to those of every batch. */
export const SWEEP_FILES = {
  document: 'sweep.json',
  page: 'sweep.html',
  /** If there are several sheets, they are numbered: `sheet-1.png`. */
  sheet: 'sheet.png',
} as const;

/** Name of a contact sheet. @param index from 0 @param count number of sheets */
export function sheetName(index: number, count: number): string {
  return count === 1 ? SWEEP_FILES.sheet : SWEEP_FILES.sheet.replace('.', `-${index + 1}.`);
}

/** Whether a name, without folder, may belong to a contact sheet of any sweep. */
export function isSheetName(name: string): boolean {
  return /^sheet(-[1-9]\d*)?\.png$/.test(name);
}
