import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readAssets } from '../../../src/report/page/assets.js';
import { escapeHtml } from '../../../src/report/page/html.js';
import { jsonForScript } from '../../../src/report/page/json-block.js';
import { writeReport } from '../../../src/report/page/write.js';
import { tempDir } from '../../support/temp-dir.js';
import { head, item } from './sample.js';

const PAGE = new URL('../../../src/report/page/', import.meta.url);
const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

async function written(items = [item('a')], given = head()): Promise<string> {
  const file = path.join(await tempDir(), 'report.html');
  await writeReport(file, given, items);
  return readFile(file, 'utf8');
}

/** The text between a tag and its end. */
function between(html: string, tag: string): string {
  const from = html.indexOf(tag) + tag.length;
  return html.slice(from, html.indexOf(`</${/\w+/.exec(tag)![0]}`, from));
}

test('any value comes out of its block as it went in, on one line, and cannot end it', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom('</script>', '<!--', '\u2028', '\n', ''), (value, more) => {
      const text = jsonForScript({ value, more });
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify({ value, more })));
      expect(text).not.toMatch(/[<\n\r\u2028\u2029]/);
    }),
  );
});

test('no character of a text is one of HTML', () => {
  expect(escapeHtml(`<a href="x" id='y'>&amp;`)).toBe('&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;amp;');
});

test('the policy names the script and the style that stand in the page, and nothing from a network', async () => {
  const html = await written();
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/
    .exec(html)![1]!
    .replaceAll('&#39;', "'");
  expect(policy).toContain(`script-src ${hashOf(between(html, '<script type="module">'))};`);
  expect(policy).toContain(`style-src ${hashOf(between(html, '<style>'))};`);
  expect(policy).toMatch(/^default-src 'none';/);
  expect(policy).not.toMatch(/https?:|\*|unsafe/);
});

test('all parts of the script and the style are in the page, each name once', async () => {
  const { script, style } = await readAssets();
  const names = [...script.matchAll(/^(?:async )?(?:function|const|let|class) (\w+)/gm)].map(
    ([, name]) => name,
  );
  expect(names).toEqual([...new Set(names)]);
  expect(script).not.toMatch(/^(import|export) /m);
  expect(script + style).not.toMatch(/<\/?(script|style)|<!--/i);
  for (const file of readdirSync(PAGE).filter((name) => /^page.*\.(js|css)$/.test(name))) {
    const last = readFileSync(new URL(file, PAGE), 'utf8').trimEnd().split('\n').slice(-3).join('\n');
    expect(script + style, file).toContain(last);
  }
});

test('200 edits with long prompts take less than 1 MB', async () => {
  const items = Array.from({ length: 200 }, (_, index) =>
    item(String(index), { prompt: 'a cat, '.repeat(400) }),
  );
  expect((await written(items)).length).toBeLessThan(1_000_000);
});

test('edits are taken one by one and not held', async () => {
  const folder = await tempDir();
  const onDisk = () =>
    readdirSync(folder).reduce((sum, name) => sum + statSync(path.join(folder, name)).size, 0);
  let taken = 0;
  let most = 0;
  function* many() {
    for (let index = 0; index < 20_000; index++) {
      const one = item(String(index), { prompt: 'x'.repeat(1000) });
      if (index % 1000 === 0) most = Math.max(most, taken - onDisk());
      taken += JSON.stringify(one).length;
      yield one;
    }
  }
  await writeReport(path.join(folder, 'report.html'), head(), many());
  expect(taken).toBeGreaterThan(20e6);
  expect(most).toBeLessThan(200_000);
});

test('where the edits cannot be read to the end, the old page stays and nothing is left', async () => {
  const folder = await tempDir();
  const file = path.join(folder, 'report.html');
  await writeFile(file, 'old');
  async function* broken() {
    yield item('a');
    await Promise.reject(new Error('the disk is gone'));
  }
  await expect(writeReport(file, head(), broken())).rejects.toThrow('the disk is gone');
  expect(await readFile(file, 'utf8')).toBe('old');
  expect(await readdir(folder)).toEqual(['report.html']);
});

test('what a killed run has left is tidied up, and a missing folder is made', async () => {
  const folder = path.join(await tempDir(), 'a', 'b');
  const file = path.join(folder, 'report.html');
  async function* leaving() {
    const [temporary = ''] = await readdir(folder);
    await copyFile(path.join(folder, temporary), path.join(folder, temporary.replace('.part', '1.part')));
    yield item('a');
  }
  await writeReport(file, head(), leaving());
  expect(await readdir(folder)).toHaveLength(2);
  await writeReport(file, head(), [item('a')]);
  expect(await readdir(folder)).toEqual(['report.html']);
});

test('the head is plain HTML, with the figures of a table at the right', async () => {
  const html = await written([], {
    ...head({ title: 'a & <b>', verdict: ['"Quoted".'] }),
    tables: [
      { title: 'Models', columns: ['model', 'cost', 'note'], rows: [['m-1', '$0.20', '3 of them were']] },
    ],
  });
  expect(html).toContain('<title>a &amp; &lt;b&gt; · fal-edit</title>');
  expect(html).toContain('<h1><bdi>a &amp; &lt;b&gt;</bdi></h1>');
  expect(html).toContain('<p class="verdict" dir="auto">&quot;Quoted&quot;.</p>');
  expect(html).toContain('<dt><bdi>cost</bdi></dt><dd><bdi>$12.40 billed</bdi></dd>');
  expect(html).toContain(
    '<td><bdi>m-1</bdi></td><td class="number"><bdi>$0.20</bdi></td><td><bdi>3 of them were</bdi></td>',
  );
  expect(html).toContain('2026-01-02 03:04 UTC');
  expect(await written([], head({ madeAt: '"soon"' }))).toContain('>&quot;soon&quot;</time>');
});
