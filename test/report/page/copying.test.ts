import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { describeInBrowser, opened } from './opened.js';
import { item } from './sample.js';

let seed = 0;

/** A command that no other test has left in the clipboard, with an edit that has it and one that has none. */
function another() {
  const command = `fal-edit 'a b.png' -p "it's \u00e9clair" --seed ${++seed}`;
  return { command, items: [item('a', { command }), item('b', { command: null })] };
}

/** What is in the clipboard, as somebody who pastes it finds it. */
async function pasted(page: Page): Promise<string> {
  await page.keyboard.press('/');
  await page.keyboard.press('Control+V');
  return page.getByRole('searchbox').inputValue();
}

describeInBrowser('copying the command', () => {
  test.each([
    ['with a clipboard', ''],
    ['without one', "Object.defineProperty(navigator, 'clipboard', { value: undefined });"],
    [
      'with one that refuses',
      "Object.defineProperty(navigator, 'clipboard', { value: { writeText: () => Promise.reject(new Error()) } });",
    ],
  ])('%s, from a card', async (_, first) => {
    const { command, items } = another();
    const { page } = await opened({ items, first });
    await page.getByRole('button', { name: 'Copy the command of row a' }).click();
    await page.locator('body > [role=status]', { hasText: 'Command copied' }).waitFor();
    expect(await page.locator('textarea').count()).toBe(0);
    expect(await pasted(page)).toBe(command);
  });

  test('without a clipboard, in the viewer, by its button and by a key', async () => {
    const { command, items } = another();
    const { page } = await opened({
      items,
      first: "Object.defineProperty(navigator, 'clipboard', { value: undefined });",
    });
    const status = page.locator('dialog [role=status]');
    await page.locator('.open').first().click();
    await page.getByRole('button', { name: 'Copy the command', exact: true }).click();
    await status.filter({ hasText: 'Command copied' }).waitFor();
    await page.keyboard.press('ArrowRight');
    expect(await page.locator('.details pre').count()).toBe(0);
    await page.keyboard.press('c');
    await status.filter({ hasText: 'This edit has no command' }).waitFor();
    await page.keyboard.press('Escape');
    expect(await pasted(page)).toBe(command);
  });

  test('by a key on a card', async () => {
    const { command, items } = another();
    const { page } = await opened({ items });
    await page.keyboard.press('j');
    await page.keyboard.press('c');
    await page.locator('body > [role=status]', { hasText: 'Command copied' }).waitFor();
    expect(await pasted(page)).toBe(command);
  });
});
