/* Who sees the page, and who may change anything. */
import { request } from 'node:http';
import { expect, test } from 'vitest';
import { comparedScene, choicesIn, picking } from './scene.js';

test('the address works once', async () => {
  const { url, origin } = await picking(await comparedScene(), {}, false);
  expect((await fetch(url.slice(0, -1))).status).toBe(403);
  expect((await fetch(`${origin}/`)).status).toBe(403);
  expect((await fetch(url, { method: 'HEAD' })).status).toBe(403);
  const first = await fetch(url);
  expect(first.status).toBe(200);
  expect(first.headers.get('set-cookie')).toMatch(
    /^fal-edit-pick-\d+=[\w-]{32}; Path=\/; HttpOnly; SameSite=Strict$/,
  );
  const second = await fetch(url);
  expect(second.status).toBe(403);
  expect(second.headers.get('set-cookie')).toBeNull();
  expect(await second.text()).toContain('works only once');
});

test('another host is none of ours, whoever it points at', async () => {
  const { url, origin } = await picking(await comparedScene(), {}, false);
  const { port, pathname } = new URL(url);
  const status = (host: string, path: string): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port, path, headers: { host } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      asked.on('error', reject);
      asked.end();
    });
  expect(await status('evil.example', pathname)).toBe(421);
  expect(await status(`localhost:${port}`, pathname)).toBe(421);
  expect(await status('127.0.0.1', pathname)).toBe(421);
  // It did not use the token up.
  expect(await status(new URL(origin).host, pathname)).toBe(200);
});

test.each<[string, string, unknown, Record<string, string>, number]>([
  ['no cookie', '/state', undefined, { cookie: '' }, 403],
  ['another cookie', '/state', undefined, { cookie: 'fal-edit-pick-1=x' }, 403],
  ['a choice without a cookie', '/choice', { pair: 'x', chosen: 'left' }, { cookie: '' }, 403],
  [
    'a choice of another page',
    '/choice',
    { pair: 'x', chosen: 'left' },
    { origin: 'http://evil.example' },
    403,
  ],
  ['an end by another page', '/end', {}, { origin: 'http://127.0.0.1:1' }, 403],
  ['no choice', '/choice', { pair: 'x', chosen: 'flux-general' }, {}, 400],
  ['too much', '/choice', { pair: 'x'.repeat(10_000), chosen: 'left' }, {}, 413],
  ['a picture that there is not', '/picture/..%2Fcompare.json', undefined, {}, 404],
  ['nothing', '/nothing', undefined, {}, 404],
])('refuses %s', async (_, to, body, headers, status) => {
  const scene = await comparedScene();
  const page = await picking(scene);
  expect((await page.ask(to, body, headers)).status).toBe(status);
  await expect(choicesIn(scene)).rejects.toThrow('ENOENT');
});

test('nothing that the page is told names a model', async () => {
  const { ask, state } = await picking(await comparedScene());
  const html = await ask('/');
  const text = `${await html.text()} ${JSON.stringify(await state())}`;
  expect(text).not.toMatch(/flux|lora|general|\.png/i);
  expect(html.headers.get('content-security-policy')).toMatch(/^default-src 'none';.*frame-ancestors 'none'/);
  const { pair } = await state();
  const picture = await ask(`/picture/${pair!.left}`);
  const headers = JSON.stringify([...picture.headers]);
  expect(picture.headers.get('content-type')).toBe('image/png');
  expect(headers).not.toMatch(/flux|lora|general|\.png/i);
  expect(picture.headers.get('cache-control')).toBe('no-store');
});
