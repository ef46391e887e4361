import axe from 'axe-core';
import { describe, expect, test } from 'vitest';
import { describeInBrowser, inPage, opened, type Opened } from './opened.js';
import { grid, item } from './sample.js';

const CHARTS = [
  {
    title: 'Change',
    x: { label: 'strength', values: [0.2, 0.5, 0.8] },
    series: [
      { name: 'seed 1', values: [0.1, null, 0.7] },
      { name: 'seed 2', values: [0.2, 0.4, 0.6] },
    ],
  },
];
const TABLES = [{ title: 'Models', columns: ['model', 'cost'], rows: [['flux-general', '$0.20']] }];
const STATES = ['pending', 'waiting', 'done', 'unmet', 'failed', 'moderated', 'unknown'] as const;

/** A page of every kind of thing. */
const VARIED = {
  head: { verdict: ['The first is better.'], tables: TABLES, charts: CHARTS },
  items: STATES.map((state, index) =>
    item(state, {
      state,
      notes: ['A note.'],
      beforeUrls: ['https://example.com/a.png'],
      ...(index % 2 === 0 ? {} : { after: [] }),
    }),
  ),
};

/** What the rules of WCAG and the best practices find wrong. */
async function findings({ page }: Opened): Promise<string[]> {
  await inPage(page, `${axe.source}; undefined`);
  const words =
    '({ id, nodes }) => nodes.map(({ target, failureSummary }) => [id, target, failureSummary].join(": "))';
  return inPage(
    page,
    `axe.run({ resultTypes: ['violations'] }).then(({ violations }) => violations.flatMap(${words}))`,
  );
}

describeInBrowser('how it looks', () => {
  describe.each(['light', 'dark'] as const)('axe finds nothing: %s', (colorScheme) => {
    // The page lets no foreign script in, and axe is one.
    const context = { colorScheme, bypassCSP: true };

    test('list and keys', async () => {
      const list = await opened({ ...VARIED, context });
      expect(await findings(list)).toEqual([]);
      await list.page.getByRole('button', { name: 'Keys' }).click();
      expect(await findings(list)).toEqual([]);
    });

    test.each(['slider', 'difference'])('viewer: %s', async (mode) => {
      const list = await opened({ ...VARIED, context });
      await list.page.locator('.open').nth(2).click();
      await list.page.getByRole('button', { name: new RegExp(mode, 'i') }).click();
      expect(await findings(list)).toEqual([]);
    });

    test('grid, and an empty report', async () => {
      const { axes, items } = grid();
      expect(await findings(await opened({ head: { axes }, items, context }))).toEqual([]);
      expect(await findings(await opened({ items: [], context }))).toEqual([]);
    });
  });

  test('is dark or light as the system is, until it is told, and remembers', async () => {
    const { page } = await opened({ context: { colorScheme: 'dark' } });
    const ground = () => inPage<string>(page, 'getComputedStyle(document.body).backgroundColor');
    expect(await ground()).toBe('rgb(19, 19, 21)');
    await page.getByRole('button', { name: 'Light or dark' }).click();
    expect(await ground()).toBe('rgb(246, 246, 243)');
    await page.reload();
    expect(await ground()).toBe('rgb(246, 246, 243)');
    await page.getByRole('button', { name: 'Light or dark' }).click();
    expect(await ground()).toBe('rgb(19, 19, 21)');
  });

  test('fits a phone: nothing scrolls sideways but a grid in its frame', async () => {
    const { axes, items } = grid();
    const long = item('long', { title: 'x'.repeat(300), prompt: 'y'.repeat(3000), command: 'z'.repeat(500) });
    const { page } = await opened({
      head: { axes, title: 'w'.repeat(200), charts: CHARTS, tables: TABLES },
      items: [{ ...long, at: items[0]!.at }, ...items.slice(1)],
      context: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
    });
    const width = () => inPage<number>(page, 'document.documentElement.scrollWidth');
    expect(await width()).toBe(390);
    await page.getByRole('button', { name: 'List', exact: true }).tap();
    expect(await width()).toBe(390);
    await page.locator('.open').first().tap();
    expect(await inPage(page, "document.querySelector('.viewer').scrollWidth")).toBe(390);
    for (const name of ['Slider', 'Next', 'Close', 'Larger']) {
      const box = (await page.getByRole('button', { name, exact: true }).boundingBox())!;
      expect(box.x + box.width).toBeLessThanOrEqual(390);
    }
  });

  test('charts have their numbers in a table', async () => {
    const { page } = await opened(VARIED);
    await page.getByRole('img', { name: 'Line chart: Change by strength' }).waitFor();
    await page.locator('summary').click();
    expect(await page.locator('.chart tr').allInnerTexts()).toEqual([
      'strength\tseed 1\tseed 2',
      '0.2\t0.1\t0.2',
      '0.5\t–\t0.4',
      '0.8\t0.7\t0.6',
    ]);
  });

  test('without scripts the figures are there, and why the list is not', async () => {
    const { page } = await opened({ ...VARIED, context: { javaScriptEnabled: false } });
    const text = await page.locator('body').innerText();
    expect(text).toMatch(/rows\.csv[^]*The first is better\.[^]*cost\s*\$12\.40 billed\s*of \$20/);
    expect(text).toContain('scripts are switched off');
  });

  test('a report of nothing says so', async () => {
    const { page } = await opened({ items: [] });
    expect(await page.locator('main').innerText()).toBe('This report has no edits.');
  });
});
