import axe from 'axe-core';
import { expect, test } from 'vitest';
import { browserPage, describeInBrowser, inPage } from '../../report/page/opened.js';
import { choicesIn, comparedScene, picking } from './scene.js';

describeInBrowser('the page of pick', () => {
  test('takes keys and clicks, shows progress, and ends', async () => {
    const scene = await comparedScene({ seeds: '2' });
    const running = await picking(scene, {}, false);
    const { page, problems } = await browserPage();
    await page.goto(running.url);
    expect(new URL(page.url()).pathname).toBe('/');
    const progress = page.getByRole('status');
    const press = async (key: string, done: number): Promise<void> => {
      await page.keyboard.press(key);
      await progress.getByText(`${done} of 6`).waitFor();
      await page.waitForFunction('[...document.images].every(({ complete }) => complete)');
    };
    await progress.getByText('0 of 6').waitFor();
    await page.waitForFunction('[...document.images].every(({ complete }) => complete)');
    expect(await page.getByRole('img').count()).toBe(3);
    await press('ArrowLeft', 1);
    await press('2', 2);
    await press('u', 1);
    await press('ArrowRight', 2);
    await press(' ', 3);
    await press('0', 4);
    await page.reload();
    await progress.getByText('4 of 6').waitFor();
    await page.getByRole('button', { name: 'The right picture' }).click();
    await progress.getByText('5 of 6').waitFor();
    await page.getByRole('button', { name: /^No difference/ }).click();
    await page.getByText('That was the last pair.').waitFor();
    await page.keyboard.press('Enter');
    expect((await running.ended).code).toBe(0);
    const sides = (await choicesIn(scene)).map(({ left, right, preferred }) =>
      preferred === left ? 'left' : preferred === right ? 'right' : preferred,
    );
    expect(sides).toEqual(['left', 'right', null, null, 'right', null]);
    expect(problems).toEqual([]);
  });

  test.each(['light', 'dark'] as const)('axe finds nothing: %s', async (colorScheme) => {
    const running = await picking(await comparedScene(), {}, false);
    const { page } = await browserPage({ colorScheme, bypassCSP: true });
    await page.goto(running.url);
    await page.getByText('0 of 3').waitFor();
    await inPage(page, `${axe.source}; undefined`);
    const found = await inPage<unknown[]>(
      page,
      `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]))`,
    );
    expect(found).toEqual([]);
  });
});
