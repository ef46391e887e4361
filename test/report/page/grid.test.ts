import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { describeInBrowser, inPage, opened } from './opened.js';
import { grid, item, picture } from './sample.js';

/** The texts of the cells of a table, line by line. */
function cells(page: Page): Promise<string[][]> {
  const text = `(cell) => (cell.querySelector('.open') ?? cell.querySelector('.value') ?? cell)`;
  const words = `(cell) => { const it = (${text})(cell); return it.getAttribute('aria-label') ?? it.textContent; }`;
  return inPage(
    page,
    `[...document.querySelectorAll('.grid tr')].map((row) => [...row.children].map(${words}))`,
  );
}

describeInBrowser('the grid', () => {
  test('has the first axis as columns and the second as rows, an empty place where nothing is', async () => {
    const { axes, items } = grid();
    const { page } = await opened({ head: { kind: 'sweep', axes }, items: items.slice(0, 5) });
    expect(await cells(page)).toEqual([
      ['strength →seed ↓', '0.2', '0.5', '0.8'],
      ['1', ...['0.2', '0.5', '0.8'].map((strength) => `strength ${strength}, seed 1: done`)],
      ['2', ...['0.2', '0.5'].map((strength) => `strength ${strength}, seed 2: done`), '–'],
    ]);
  });

  test('its titles stay in sight when it is scrolled', async () => {
    const values = Array.from({ length: 30 }, (_, index) => String(index));
    const axes = [
      { name: 'steps', values },
      { name: 'seed', values },
    ];
    const items = values.flatMap((seed) =>
      values.map((steps) => item(`${steps}-${seed}`, { at: { steps, seed } })),
    );
    const { page } = await opened({ head: { axes }, items });
    await inPage(page, "document.querySelector('.grid-scroller').scrollTo(900, 900)");
    const left = await inPage<number>(
      page,
      "document.querySelector('.grid-scroller').getBoundingClientRect().left",
    );
    const corner = (await page.locator('.corner').boundingBox())!;
    expect(corner.x - left).toBeLessThan(2);
    const scroller = (await page.locator('.grid-scroller').boundingBox())!;
    expect(corner.y - scroller.y).toBeLessThan(2);
  });

  test('has a choice for each further axis', async () => {
    const { axes, items } = grid();
    const prompts = ['a cat', 'a dog'];
    const { page } = await opened({
      head: { axes: [...axes, { name: 'prompt', values: prompts }] },
      items: prompts.flatMap((prompt) =>
        items.map((one) => ({ ...one, key: `${one.key}-${prompt}`, prompt, at: { ...one.at, prompt } })),
      ),
    });
    const keys = () =>
      inPage<string[]>(page, "[...document.querySelectorAll('.cell')].map((one) => one.dataset.key)");
    expect((await keys())[0]).toBe('0.2-1-a cat');
    await page.getByRole('combobox', { name: 'prompt' }).selectOption('a dog');
    expect(await keys()).toHaveLength(6);
    expect((await keys())[5]).toBe('0.8-2-a dog');
  });

  test('a single axis is a row that wraps, in the order of its values', async () => {
    const axes = [{ name: 'strength', values: ['0.2', '0.8'] }];
    const items = ['0.8', '0.2'].map((strength) => item(strength, { at: { strength } }));
    const { page } = await opened({ head: { axes }, items });
    expect(await page.locator('.wrapped .at').allTextContents()).toEqual(['strength 0.2', 'strength 0.8']);
  });

  test('cells grow, and a list takes its place', async () => {
    const { axes, items } = grid();
    const { page } = await opened({ head: { axes }, items });
    const size = page.getByRole('slider', { name: 'Size' });
    await size.press('Home');
    expect((await page.locator('.cell').first().boundingBox())!.width).toBe(72);
    await size.press('End');
    expect((await page.locator('.cell').first().boundingBox())!.width).toBe(480);
    await page.getByRole('button', { name: 'List', exact: true }).click();
    expect(await page.locator('.card').count()).toBe(6);
  });

  test('keys move in it, and the viewer goes through it line by line', async () => {
    const { axes, items } = grid();
    const { page } = await opened({ head: { axes }, items: [...items].reverse() });
    for (const key of ['j', 'ArrowRight', 'ArrowDown', 'Enter']) await page.keyboard.press(key);
    const title = page.locator('#viewer-title');
    expect(await title.textContent()).toBe('strength 0.5, seed 2');
    await page.keyboard.press('ArrowRight');
    expect(await title.textContent()).toBe('strength 0.8, seed 2');
    expect(await page.locator('.place').textContent()).toBe('6 of 6');
  });

  test('a result is held against that of another column, also of the next item', async () => {
    const axes = [
      { name: 'model', values: ['one', 'other'] },
      { name: 'case', values: ['cat', 'dog'] },
    ];
    const items = ['cat', 'dog'].flatMap((name) =>
      ['one', 'other'].map((model) =>
        item(`${model}-${name}`, {
          at: { model, case: name },
          after: [picture(`after.png#${model}-${name}`)],
        }),
      ),
    );
    const { page } = await opened({ head: { kind: 'compare', axes }, items });
    await page.locator('.cell .open').first().click();
    await page.getByRole('combobox', { name: 'Compare with' }).selectOption('model: other');
    const sides = () =>
      inPage(page, "[...document.querySelectorAll('.layer')].map((image) => image.src.split('/').at(-1))");
    expect(await sides()).toEqual(['after.png#other-cat', 'after.png#one-cat']);
    expect(await page.locator('.label').allTextContents()).toEqual(['model: other', 'model: one']);
    await page.keyboard.press('ArrowRight');
    expect(await sides()).toEqual(['before.png', 'after.png#other-cat']);
    await page.keyboard.press('ArrowRight');
    expect(await sides()).toEqual(['after.png#other-dog', 'after.png#one-dog']);
  });
});
