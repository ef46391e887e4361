import { expect, test } from 'vitest';
import { describeInBrowser, inPage, opened, titles } from './opened.js';
import { item } from './sample.js';

const ITEMS = [
  item('apple', { figures: { cost: 0.3, change: 0.1 } }),
  item('pear', { state: 'failed', after: [], figures: { cost: null, change: null }, notes: ['It broke.'] }),
  item('fig', { figures: { cost: 0.1, change: 0.9 }, model: 'flux-2-lora' }),
  item('Éclair', { state: 'unmet', figures: { cost: 0.2, change: 0.5 }, notes: ['max_change: 0.5'] }),
];

describeInBrowser('the list', () => {
  test('shows each edit with its pictures, state and figures', async () => {
    const { page } = await opened({ items: ITEMS });
    expect(await titles(page)).toEqual(['row apple', 'row pear', 'row fig', 'row Éclair']);
    const first = page.locator('.card').first();
    expect(await first.locator('.foot').textContent()).toBe('donecost$0.30change10%');
    await page.getByAltText('result of row apple', { exact: true }).waitFor();
    await page.getByAltText('before of row apple', { exact: true }).waitFor();
    await page.getByAltText('before of row pear, which has no result').waitFor();
    expect(await inPage(page, '[...document.images].every((image) => image.naturalWidth === 96)')).toBe(true);
  });

  test('is filtered by state, with counts, and all is shown again', async () => {
    const { page } = await opened({ items: ITEMS });
    const chip = (name: RegExp) => page.getByRole('button', { name });
    await chip(/^failed\s*1$/).click();
    expect(await titles(page)).toEqual(['row pear']);
    expect(await page.locator('.count').textContent()).toBe('1 of 4 edits');
    await chip(/^not as expected\s*1$/).click();
    expect(await titles(page)).toEqual(['row pear', 'row Éclair']);
    await page.getByRole('combobox', { name: 'Model' }).selectOption('flux-2-lora');
    expect(await titles(page)).toEqual([]);
    await chip(/^done\s*1$/).click();
    expect(await titles(page)).toEqual(['row fig']);
    await page.getByRole('searchbox').fill('nothing like it');
    await page.getByRole('button', { name: 'Show all' }).click();
    expect(await titles(page)).toHaveLength(4);
    expect(await page.getByRole('searchbox').inputValue()).toBe('');
  });

  test('is searched as one types', async () => {
    const { page } = await opened({ items: ITEMS });
    await page.getByRole('searchbox').fill('broke');
    await expect.poll(() => titles(page)).toEqual(['row pear']);
  });

  test('is sorted by a figure, those that have none last', async () => {
    const { page } = await opened({ items: ITEMS });
    const order = page.getByRole('combobox', { name: 'Order' });
    await order.selectOption('cost');
    expect(await titles(page)).toEqual(['row fig', 'row Éclair', 'row apple', 'row pear']);
    await page.getByRole('button', { name: 'Ascending' }).click();
    expect(await titles(page)).toEqual(['row apple', 'row Éclair', 'row fig', 'row pear']);
    await order.selectOption('state');
    expect((await titles(page)).at(-1)).toBe('row pear');
  });

  test('is moved through by keys, and comes back to what was seen last', async () => {
    const { page } = await opened({ items: ITEMS });
    const focused = () => inPage<string>(page, 'document.activeElement.textContent');
    const press = async (...keys: string[]) => {
      for (const key of keys) await page.keyboard.press(key);
    };
    await press('j', 'j');
    expect(await focused()).toBe('row pear');
    await press('k', 'ArrowRight', 'ArrowRight');
    expect(await focused()).toBe('row fig');
    await press('Enter', 'ArrowRight');
    expect(await page.getByRole('heading', { level: 2, name: 'row Éclair' }).isVisible()).toBe(true);
    await press('Escape');
    await expect.poll(focused).toBe('row Éclair');
    await press('/');
    await page.keyboard.type('jk');
    expect(await page.getByRole('searchbox').inputValue()).toBe('jk');
  });

  test('a key that comes right after the closing one keeps what it did', async () => {
    const { page } = await opened({ items: ITEMS });
    await page.locator('.open').first().click();
    await inPage(
      page,
      `document.querySelector('.viewer').close();
       document.dispatchEvent(new KeyboardEvent('keydown', { key: '/' }));
       new Promise((resolve) => setTimeout(resolve, 200));`,
    );
    expect(await inPage(page, 'document.activeElement.type')).toBe('search');
  });

  test('up and down go to the line above and below', async () => {
    const items = Array.from({ length: 9 }, (_, index) => item(String(index)));
    const { page } = await opened({ items, context: { viewport: { width: 1000, height: 900 } } });
    for (const key of ['j', 'j', 'ArrowDown']) await page.keyboard.press(key);
    expect(await inPage(page, 'document.activeElement.textContent')).toBe('row 4');
    await page.keyboard.press('ArrowUp');
    expect(await inPage(page, 'document.activeElement.textContent')).toBe('row 1');
  });

  test('grows as one scrolls', async () => {
    const items = Array.from({ length: 200 }, (_, index) => item(String(index)));
    const { page } = await opened({ items });
    const cards = page.locator('.card');
    expect(await cards.count()).toBe(60);
    await cards.last().scrollIntoViewIfNeeded();
    await expect.poll(() => cards.count()).toBeGreaterThan(60);
  });

  test('opens with 20,000 edits, and the last of them is found', async () => {
    const items = Array.from({ length: 20_000 }, (_, index) => item(String(index)));
    const { page } = await opened({ items });
    expect(await page.locator('.count').textContent()).toBe('20,000 edits');
    expect(await page.locator('.card').count()).toBe(60);
    await page.getByRole('searchbox').fill('19999');
    await expect.poll(() => titles(page)).toEqual(['row 19999']);
  });
});
