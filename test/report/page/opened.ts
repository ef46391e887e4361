import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, onTestFinished } from 'vitest';
import type { ReportHead, ReportItem } from '../../../src/report/page/data.js';
import { writeReport } from '../../../src/report/page/write.js';
import { CHROMIUM, CHROMIUM_FLAGS } from '../../support/chromium.js';
import { tempDir } from '../../support/temp-dir.js';
import { head, item } from './sample.js';

const GREEN = await flat('#40a060');
const VIOLET = await flat('#a040c0');

let browser: Browser | undefined;

/** Tests in a real browser, one for the file; passed over where the machine has none. */
export function describeInBrowser(name: string, tests: () => void): void {
  describe.skipIf(CHROMIUM === undefined)(name, () => {
    beforeAll(async () => {
      browser = await chromium.launch({ executablePath: CHROMIUM!, args: CHROMIUM_FLAGS });
    });
    afterAll(() => browser?.close());
    tests();
  });
}

export interface Given {
  head?: Partial<ReportHead>;
  items?: Iterable<ReportItem>;
  context?: BrowserContextOptions;
  /** Puts more files into the folder, before the page is opened. */
  files?: (folder: string) => Promise<unknown>;
  /** Runs in the page before anything else. */
  first?: string;
}

export interface Opened {
  page: Page;
  folder: string;
  /** What the console said and what was thrown; nothing may be left of it when the test ends. */
  problems: string[];
}

/**
 * A report in a folder of its own, opened from the disk. When the test ends, the page must have had no trouble and
 * must not have asked for anything outside of its folder.
 */
export async function opened({ head: changes, items, context, files, first }: Given = {}): Promise<Opened> {
  const folder = await tempDir();
  await Promise.all([
    writeFile(path.join(folder, 'before.png'), GREEN),
    writeFile(path.join(folder, 'after.png'), VIOLET),
  ]);
  await files?.(folder);
  const file = path.join(folder, 'report.html');
  await writeReport(file, head(changes), items ?? [item('a'), item('b'), item('c')]);

  const session = await browser!.newContext({ viewport: { width: 1200, height: 800 }, ...context });
  if (first !== undefined) await session.addInitScript(first);
  const page = await session.newPage();
  const problems: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => problems.push(message.text()));
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('dialog', (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => requests.push(request.url()));
  onTestFinished(async () => {
    await session.close();
    const inside = `${pathToFileURL(folder).href}/`;
    expect(requests.filter((url) => !url.startsWith(inside) && !url.startsWith('data:'))).toEqual([]);
    expect(problems).toEqual([]);
  });
  await page.goto(pathToFileURL(file).href);
  return { page, folder, problems };
}

/** An empty page of the browser, for what is served. What it has trouble with is told in `problems`. */
export async function browserPage(
  context: BrowserContextOptions = {},
): Promise<Pick<Opened, 'page' | 'problems'>> {
  const session = await browser!.newContext({ viewport: { width: 1200, height: 800 }, ...context });
  onTestFinished(() => session.close());
  const page = await session.newPage();
  const problems: string[] = [];
  page.on('console', (message) => problems.push(message.text()));
  page.on('pageerror', (error) => problems.push(String(error)));
  return { page, problems };
}

/** A picture of one colour, 96 x 64. */
export function flat(background: string): Promise<Buffer> {
  return sharp({ create: { width: 96, height: 64, channels: 3, background } })
    .png()
    .toBuffer();
}

/** The titles of the cards or cells, as they stand. */
export async function titles(page: Page): Promise<string[]> {
  return page.locator('[data-key] .open').allTextContents();
}

/** What the expression is in the page. */
export async function inPage<T>(page: Page, expression: string): Promise<T> {
  return page.evaluate<T>(expression);
}
