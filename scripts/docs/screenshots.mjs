/*
 * The pictures of the documentation, from a run on the sandbox: `npm run docs:images`. Needs a Chromium, which may be
 * named in CHROMIUM_PATH.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, cpSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL, URL } from 'node:url';
import { chromium } from 'playwright-core';
import sharp from 'sharp';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const IMAGES = path.join(ROOT, 'docs/images');
const MOST_BYTES = 150_000;
const CHROMIUM = [
  process.env.CHROMIUM_PATH ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((file) => file !== '' && existsSync(file));

const folder = mkdtempSync(path.join(tmpdir(), 'fal-edit-images-'));
try {
  cpSync(path.join(ROOT, 'examples'), path.join(folder, 'examples'), { recursive: true });
  mkdirSync(IMAGES, { recursive: true });
  await firstEdit();
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu'],
  });
  try {
    await pages(browser);
  } finally {
    await browser.close();
  }
  await contactSheet();
} finally {
  rmSync(folder, { recursive: true });
}

function falEdit(...argv) {
  const home = path.join(folder, 'home');
  const env = { PATH: process.env.PATH, HOME: home, XDG_STATE_HOME: home };
  execFileSync(process.execPath, [path.join(ROOT, 'dist/bin.js'), ...argv, '--sandbox', '--quiet'], {
    cwd: folder,
    env,
  });
}

/** The photo, and beside it what became of it. */
async function firstEdit() {
  falEdit('examples/chelsea.png', '-p', 'turn it into a watercolor', '--seed', '1');
  const { width, height } = await sharp(path.join(folder, 'examples/chelsea.png')).metadata();
  const gap = 12;
  await save(
    'first-edit.webp',
    sharp({ create: { width: 2 * width + gap, height, channels: 3, background: 'white' } }).composite([
      { input: path.join(folder, 'examples/chelsea.png'), left: 0, top: 0 },
      { input: path.join(folder, 'chelsea.edit.png'), left: width + gap, top: 0 },
    ]),
  );
}

async function pages(browser) {
  falEdit('batch', 'examples/edits.csv', '-d', 'out');
  await screenshot(browser, 'out/report.html', 'report.webp', { width: 1200, height: 760 });
  falEdit(
    'compare',
    'examples/chelsea.png',
    'examples/rocket.jpg',
    '-p',
    'a watercolor',
    '--seeds',
    '2',
    '-d',
    'compared',
  );
  await screenshot(
    browser,
    'compared/compare.html',
    'comparison.webp',
    { width: 1200, height: 760 },
    '[data-key]',
  );
}

/** @param from what the picture begins with; the top of the page if absent */
async function screenshot(browser, page, name, viewport, from) {
  const session = await browser.newContext({ viewport, colorScheme: 'light', reducedMotion: 'reduce' });
  const tab = await session.newPage();
  await tab.goto(pathToFileURL(path.join(folder, page)).href, { waitUntil: 'load' });
  await tab.waitForLoadState('networkidle');
  if (from !== undefined)
    await tab
      .locator(from)
      .first()
      .evaluate((element) => element.scrollIntoView({ block: 'center' }));
  await save(name, sharp(await tab.screenshot()));
  await session.close();
}

async function contactSheet() {
  const vary = ['--vary', 'strength=0.3..0.9:0.2', '--vary', 'guidance=2.5,5'];
  falEdit('sweep', 'examples/chelsea.png', '-p', 'a snowy evening', ...vary, '-d', 'swept');
  await save(
    'contact-sheet.webp',
    sharp(path.join(folder, 'swept/sheet.png')).resize({ width: 1200, withoutEnlargement: true }),
  );
}

async function save(name, picture) {
  const file = path.join(IMAGES, name);
  await picture.webp({ quality: 80 }).toFile(file);
  const { size } = statSync(file);
  if (size > MOST_BYTES) throw new Error(`${name} has ${size} bytes; at most ${MOST_BYTES} are wanted.`);
  process.stdout.write(`docs/images/${name}: ${size} bytes\n`);
}
