import { copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { urlTo } from '../../../src/report/page/write.js';
import { describeInBrowser, inPage, opened } from './opened.js';
import { item, picture } from './sample.js';

const HOSTILE = [
  '<img src=x onerror="window.hacked = 1">',
  '</script><script>window.hacked = 1</script>',
  '<!--<script>',
  '"><svg onload=window.hacked=1>',
  '&lt;b&gt; &amp; \u2028 \u2029 \ud800 \0',
  'javascript:window.hacked=1',
  '__proto__',
];
const NAMES = [`a"b'<c>.png`, '50% #1?.png', 'sub dir/ünï — cödé.png', '\u202egnp.exe.png', 'שלום.png'];

describeInBrowser('texts and names from outside', () => {
  test('are words and nothing else, wherever they stand', async () => {
    const all = HOSTILE.join(' ');
    const { page } = await opened({
      head: {
        title: all,
        verdict: HOSTILE,
        figures: HOSTILE.map((text) => ({ label: text, value: text, hint: text })),
        tables: [{ title: all, columns: HOSTILE, rows: [HOSTILE] }],
        charts: [{ title: all, x: { label: all, values: HOSTILE }, series: [{ name: all, values: [1, 2] }] }],
        metrics: [{ key: '__proto__', label: all, unit: '' }],
        axes: [
          { name: HOSTILE[1]!, values: HOSTILE },
          { name: HOSTILE[0]!, values: HOSTILE },
          { name: HOSTILE[3]!, values: [all] },
        ],
      },
      items: HOSTILE.map((text, index) =>
        item(`${text}${index}`, {
          title: text,
          prompt: text,
          model: text,
          beforeUrls: HOSTILE,
          notes: HOSTILE,
          request: text,
          command: text,
          before: [picture('before.png', { name: text })],
          at: { [HOSTILE[0]!]: text, [HOSTILE[1]!]: text, [HOSTILE[3]!]: all },
        }),
      ),
    });
    await page.getByRole('button', { name: 'List', exact: true }).click();
    expect(await page.locator('.card .open').allTextContents()).toEqual(HOSTILE);
    await page.locator('.open').first().click();
    expect(await page.locator('.full-prompt').textContent()).toBe(HOSTILE[0]);
    expect(await inPage(page, 'window.hacked')).toBeUndefined();
    expect(await page.locator('script').count()).toBe(3);
    expect(await page.locator('[onerror], [onload], a').count()).toBe(0);
  });

  test('pictures are found whatever their files are called', async () => {
    const { page } = await opened({
      items: NAMES.map((name) =>
        item(name, { after: [picture(urlTo('/page', path.join('/page', name)), { name })] }),
      ),
      files: async (folder) => {
        for (const name of NAMES) {
          await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
          await copyFile(path.join(folder, 'after.png'), path.join(folder, name));
        }
      },
    });
    const widths = "[...document.querySelectorAll('.picture > :first-child')].map((one) => one.naturalWidth)";
    await expect.poll(() => inPage(page, widths)).toEqual(NAMES.map(() => 96));
  });

  test('a text that turns the reading direction turns itself alone', async () => {
    const { page } = await opened({
      items: [item('a', { title: 'اسم \u202e gpj', prompt: 'اجعلها لوحة', command: 'fal-edit \u202egnp' })],
    });
    expect(await inPage(page, "getComputedStyle(document.querySelector('.prompt')).direction")).toBe('rtl');
    expect(await inPage(page, "getComputedStyle(document.querySelector('.foot')).direction")).toBe('ltr');
    await page.locator('.open').first().click();
    expect(await page.locator('.details pre').textContent()).toBe('fal-edit \\u202egnp');
  });

  test('the page itself lets no HTML and no script in', async () => {
    const { page, problems } = await opened();
    await expect(inPage(page, "document.body.innerHTML = '<b>x</b>'")).rejects.toThrow(/TrustedHTML/);
    await expect(inPage(page, "fetch('report.html')")).rejects.toThrow(/fetch/i);
    const script =
      "const one = document.createElement('script'); one.append('window.hacked = 1'); document.body.append(one)";
    await inPage(page, script).catch(() => undefined);
    expect(await inPage(page, 'window.hacked')).toBeUndefined();
    expect(problems.splice(0).length).toBeGreaterThan(0);
  });
});
