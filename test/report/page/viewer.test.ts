import type { Page } from 'playwright-core';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { describeInBrowser, flat, inPage, opened, type Given } from './opened.js';
import { item, picture } from './sample.js';

async function viewing(given: Given = {}) {
  const all = await opened(given);
  await all.page.locator('.open').first().click();
  return all;
}

/** Per cent of the result that are covered from the left. */
async function covered(page: Page): Promise<number> {
  const clip = await inPage<string>(page, "document.querySelector('.layer.after').style.clipPath");
  return Number(/(?:0px|0) ([\d.]+)%\)$/.exec(clip)?.[1]);
}

/** Where the pictures stand in their panes. */
function frames(page: Page): Promise<string[]> {
  return inPage(page, "[...document.querySelectorAll('.frame')].map((frame) => frame.style.cssText)");
}

/** The colour in the middle of the stage. */
async function middle(page: Page): Promise<number[]> {
  const shot = await page.locator('.stage').screenshot();
  const { data, info } = await sharp(shot).raw().toBuffer({ resolveWithObject: true });
  const at = (Math.floor(info.height / 2) * info.width + Math.floor(info.width / 2)) * info.channels;
  return [...data.subarray(at, at + 3)];
}

describeInBrowser('the viewer', () => {
  test('a mouse moves the border between before and after', async () => {
    const { page } = await viewing();
    expect(await covered(page)).toBeCloseTo(50, 0);
    const handle = (await page.getByRole('slider', { name: 'Border' }).boundingBox())!;
    const y = handle.y + handle.height / 2;
    await page.mouse.move(handle.x + handle.width / 2, y);
    await page.mouse.down();
    await page.mouse.move(handle.x + 22 + (handle.width - 44) * 0.2, y, { steps: 4 });
    await page.mouse.up();
    expect(await covered(page)).toBeCloseTo(20, 0);
    await page.mouse.click(handle.x + 22 + (handle.width - 44) * 0.7, y + 40);
    expect(await covered(page)).toBeCloseTo(70, 0);
  });

  test('the keyboard moves it as well, and does not turn to the next picture', async () => {
    const { page } = await viewing();
    await page.getByRole('slider', { name: 'Border' }).focus();
    await page.keyboard.press('ArrowLeft');
    expect(await covered(page)).toBeCloseTo(49, 0);
    await page.keyboard.press('Home');
    expect(await covered(page)).toBe(0);
    expect(await page.getByRole('slider', { name: 'Border' }).getAttribute('aria-valuetext')).toBe(
      '0% from the left',
    );
    expect(await page.locator('.place').textContent()).toBe('1 of 3');
  });

  test('keys turn to the next and the previous, and stop at the ends', async () => {
    const { page } = await viewing();
    const place = () => page.locator('.place').textContent();
    await page.keyboard.press('ArrowRight');
    expect(await place()).toBe('2 of 3');
    for (let press = 0; press < 4; press++) await page.keyboard.press('ArrowRight');
    expect(await place()).toBe('3 of 3');
    for (let press = 0; press < 4; press++) await page.keyboard.press('k');
    expect(await place()).toBe('1 of 3');
  });

  test('side by side, zoom and place stay in step, and when one goes on', async () => {
    const { page } = await viewing();
    await page.keyboard.press('2');
    const whole = await frames(page);
    for (const key of ['+', '+', 'Shift+ArrowLeft', 'Shift+ArrowUp']) await page.keyboard.press(key);
    const near = await frames(page);
    expect(near).toHaveLength(2);
    expect(near[0]).toBe(near[1]);
    expect(near[0]).not.toBe(whole[0]);
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => frames(page)).toEqual(near);
    await page.keyboard.press('0');
    expect(await frames(page)).toEqual(whole);
  });

  test('the wheel zooms to the pointer, and a drag pushes', async () => {
    const { page } = await viewing();
    await page.keyboard.press('2');
    const pane = (await page.locator('.pane').last().boundingBox())!;
    await page.mouse.move(pane.x + pane.width * 0.75, pane.y + pane.height / 2);
    await page.mouse.wheel(0, -600);
    await expect.poll(async () => (await frames(page))[0]).not.toContain('translate(0px');
    const before = await frames(page);
    await page.mouse.down();
    await page.mouse.move(pane.x + pane.width * 0.75 + 60, pane.y + pane.height / 2, { steps: 3 });
    await page.mouse.up();
    const after = await frames(page);
    expect(after[0]).not.toBe(before[0]);
    expect(after[0]).toBe(after[1]);
  });

  test('difference is dark where nothing changed, and light where all did', async () => {
    const { page } = await viewing({
      files: async (folder) => writeFile(path.join(folder, 'white.png'), await flat('#ffffff')),
      items: [
        item('same', { after: [picture('before.png')] }),
        item('other', { after: [picture('white.png')], before: [picture('after.png')] }),
      ],
    });
    await page.keyboard.press('4');
    const [red = 255, green = 255] = await middle(page);
    expect(Math.max(red, green)).toBeLessThan(40);
    await page.keyboard.press('ArrowRight');
    await expect.poll(async () => (await middle(page))[0]).toBeGreaterThan(200);
  });

  test('results are chosen from a strip or by keys', async () => {
    const after = ['after.png', 'before.png'].map((src) => picture(src));
    const { page } = await viewing({ items: [item('a', { after })] });
    const shown = () => inPage(page, "document.querySelector('.layer.after').src.split('/').at(-1)");
    expect(await shown()).toBe('after.png');
    await page.getByRole('button', { name: 'Result 2 of row a' }).click();
    expect(await shown()).toBe('before.png');
    await page.keyboard.press('ArrowUp');
    expect(await shown()).toBe('after.png');
  });

  test('what there is no pair for is not offered', async () => {
    const { page } = await viewing({
      items: [item('a', { state: 'failed', after: [], notes: ['It broke.', 'Run it again.'] })],
    });
    expect(await page.getByRole('button', { name: 'Slider' }).isDisabled()).toBe(true);
    expect(await page.locator('.notes').textContent()).toBe('It broke.Run it again.');
    await page.keyboard.press('1');
    await page.getByAltText('before of row a', { exact: true }).last().waitFor();
  });

  test('tells all that is known, and keeps web addresses to words', async () => {
    const { page } = await viewing({
      items: [item('a', { before: [], beforeUrls: ['https://example.com/cat.png'], prompt: 'two\nlines' })],
    });
    const details = page.locator('.details');
    expect(await details.innerText()).toMatch(/two\nlines[^]*flux-general[^]*\$0\.075[^]*50%[^]*request-a/);
    expect(await details.innerText()).toContain('https://example.com/cat.png');
    expect(await details.locator('a').count()).toBe(0);
  });

  test('a file that is gone has a placeholder beside the other', async () => {
    const { page, problems } = await viewing({ items: [item('a', { after: [picture('gone.png')] })] });
    await page
      .locator('.pane .placeholder', { hasText: 'cannot be shown: moved, removed or damaged' })
      .waitFor();
    await page.getByAltText('before of row a', { exact: true }).last().waitFor();
    expect(await page.getByRole('button', { name: 'Slider' }).isDisabled()).toBe(true);
    expect(new Set(problems.splice(0))).toEqual(
      new Set(['Failed to load resource: net::ERR_FILE_NOT_FOUND']),
    );
  });
});
