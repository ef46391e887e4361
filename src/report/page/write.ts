import { type Assets, readAssets } from './assets.js';
import type { ReportHead, ReportItem } from './data.js';
import { beginning, ending, itemLine } from './document.js';
import { writeWhole } from './whole-file.js';

export { urlTo } from './url-to.js';

/**
 * Writes a page that shows edits to people: one file that loads nothing but the pictures it names, and opens from
 * `file://`. It appears whole or not at all, replacing an earlier one. Items are taken one by one and not held.
 *
 * @param file absolute; its folder is created if missing
 * @throws the system's error, or what the items threw, with nothing left behind
 */
export async function writeReport(
  file: string,
  head: ReportHead,
  items: AsyncIterable<ReportItem> | Iterable<ReportItem>,
): Promise<void> {
  await writeWhole(file, pageOf(head, items, await readAssets()));
}

async function* pageOf(
  head: ReportHead,
  items: AsyncIterable<ReportItem> | Iterable<ReportItem>,
  assets: Assets,
): AsyncIterable<string> {
  yield beginning(head, assets);
  for await (const item of items) yield itemLine(item);
  yield ending(assets);
}
