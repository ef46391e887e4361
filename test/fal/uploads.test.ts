import { copyFile, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { lightFetch } from '../../src/light-fetch.js';
import { editCat, folderWithPhoto, leftIn } from '../edit/harness.js';
import { sandbox } from '../support/sandbox.js';
import { front, httpServer, sendJson, type Visit } from './servers.js';

const isInitiate = ({ target }: Visit): boolean => target.includes('/storage/upload/initiate');

test('equal bytes are uploaded once, before the submit, and the input holds addresses alone', async () => {
  const fal = await sandbox();
  const cwd = await folderWithPhoto();
  await copyFile(path.join(cwd, 'cat.png'), path.join(cwd, 'twin.png'));
  await copyFile('examples/rocket.jpg', path.join(cwd, 'rocket.jpg'));
  const { code, document } = await editCat(
    { env: fal.env, cwd },
    '-m',
    'flux-2-lora',
    '-i',
    'twin.png',
    '-i',
    'rocket.jpg',
  );
  expect(code).toBe(0);
  const { uploads, requests, accepted } = fal.ledger();
  expect([uploads.length, requests.by_role.initiate, requests.by_role.put]).toEqual([2, 2, 2]);
  const { image_urls: urls } = accepted[0]!.input as { image_urls: string[] };
  expect(urls).toEqual([urls[0], urls[0], urls[2]]);
  expect(new Set(urls)).toEqual(new Set(uploads.map(({ file_url }) => file_url)));
  expect(document.status).toBe('ok');
});

describe('an upload that fails for a while is done again', () => {
  test.each([
    { type: 'status', on: 'initiate', code: 503, times: 3 },
    { type: 'status', on: 'initiate', code: 429, times: 2 },
    { type: 'reset_peer', on: 'initiate', times: 2 },
    { type: 'reset_peer', on: 'put', stream: 'upstream', times: 2 },
    { type: 'fin', on: 'put', times: 1 },
    { type: 'status', on: 'put', code: 500, times: 3 },
  ] as const)('$type on $on', async (toxic) => {
    const fal = await sandbox({ toxics: [toxic] });
    const { code } = await editCat({ env: fal.env });
    const { accepted, requests } = fal.ledger();
    expect([code, accepted.length, requests.by_role[toxic.on]]).toEqual([0, 1, toxic.times + 1]);
  });
});

describe('an upload that never works: no edit is sent', () => {
  test.each([
    [{ type: 'status', on: 'initiate', code: 401 }, 4, /key/],
    [
      { type: 'status', on: 'initiate', code: 403, body: '{"detail":"User is locked. Reason: TOP_UP."}' },
      5,
      /TOP_UP/,
    ],
    [{ type: 'status', on: 'initiate', code: 503 }, 7, /503/],
    [{ type: 'status', on: 'put', code: 403 }, 4, /403/],
    [{ type: 'status', on: 'put', code: 500 }, 7, /500/],
    [{ type: 'reset_peer', on: 'put' }, 7, /reset/],
    [{ type: 'html', on: 'initiate' }, 7, /upload/],
    [{ type: 'garbage', on: 'initiate' }, 7, /upload/],
  ] as const)('%o: exit %d', async (toxic, code, says) => {
    const fal = await sandbox({ toxics: [toxic] });
    const { document, cwd, ...result } = await editCat({ env: fal.env });
    expect([result.code, document.error?.charged, document.error?.kind]).not.toContain('internal');
    expect([result.code, document.error?.charged]).toEqual([code, 'no']);
    expect(document.error?.message).toMatch(says);
    expect([fal.ledger().accepted.length, fal.ledger().requests.by_role.submit]).toEqual([0, undefined]);
    expect(await leftIn(cwd)).toEqual([]);
  });
});

describe('weights of more than 90 MiB go up in parts', () => {
  /** A `.safetensors` of 91 MiB, nearly all of it a hole. */
  async function weights(cwd: string): Promise<string> {
    const bytes = 91 * 1024 * 1024;
    const header = Buffer.from(`{"a":{"dtype":"U8","shape":[${bytes}],"data_offsets":[0,${bytes}]}}`);
    const size = Buffer.alloc(8);
    size.writeBigUInt64LE(BigInt(header.length));
    const file = path.join(cwd, 'style.safetensors');
    await writeFile(file, Buffer.concat([size, header]));
    await truncate(file, 8 + header.length + bytes);
    return 'style.safetensors';
  }

  test('whole', async () => {
    const fal = await sandbox();
    const cwd = await folderWithPhoto();
    const { code } = await editCat({ env: fal.env, cwd }, '--lora', await weights(cwd));
    const sizes = fal.ledger().uploads.map(({ bytes }) => bytes);
    expect([code, Math.max(...sizes) > 91 * 1024 * 1024, fal.ledger().requests.by_role.put]).toEqual([
      0,
      true,
      12,
    ]);
  });

  test.each([
    [{ type: 'status', on: 'put', code: 403, after: 1 }, 4, /403/],
    [{ type: 'reset_peer', on: 'put', after: 1 }, 7, /Nothing was sent/],
  ] as const)('%o: exit %d', async (toxic, code, says) => {
    const fal = await sandbox({ toxics: [toxic] });
    const cwd = await folderWithPhoto();
    const { document, ...result } = await editCat({ env: fal.env, cwd }, '--lora', await weights(cwd));
    expect([result.code, document.error?.charged]).toEqual([code, 'no']);
    expect(document.error?.message).toMatch(says);
    expect(fal.ledger().accepted).toEqual([]);
  });
});

describe('what the storage may name', () => {
  async function editWith(promise: unknown) {
    const fal = await sandbox();
    const { url } = await front(
      fal,
      (visit, response) => isInitiate(visit) && sendJson(response, 200, promise),
    );
    const { code, document } = await editCat({ env: { ...fal.env, FAL_PROXY_URL: url } });
    expect([document.error?.kind, document.error?.charged]).toEqual(['temporary', 'no']);
    expect(fal.ledger().accepted).toEqual([]);
    return code;
  }

  test.each([
    ['nothing', {}],
    ['null', null],
    ['no text', { upload_url: 7, file_url: 7 }],
    ['an address of another scheme', { upload_url: 'file:///tmp/x', file_url: 'https://a.b/c.png' }],
    ['an address with a password', { upload_url: 'https://u:p@127.0.0.1/x', file_url: 'https://a.b/c.png' }],
    ['no address', { upload_url: '/upload', file_url: 'https://a.b/c.png' }],
  ])('%s: refused', async (_, promise) => {
    expect(await editWith(promise)).toBe(7);
  });

  test.each(['', 'not-a-url', 'javascript:alert(1)', 'file:///etc/passwd', 7, null])(
    'a file at %j: refused',
    async (file_url) => {
      const bucket = await httpServer((_, response) => void response.end());
      expect(await editWith({ upload_url: `${bucket.url}/put`, file_url })).toBe(7);
    },
  );

  test('a plain http address while the proxy is elsewhere: nothing is put there', async () => {
    const bucket = await httpServer((_, response) => void response.end());
    const proxy = 'https://proxy.example.com/fal';
    const asked: string[] = [];
    const { code, document } = await editCat({
      env: { FAL_KEY: 'id:secret', FAL_PROXY_URL: proxy },
      context: {
        // The way to the proxy elsewhere; everything else goes out as it is.
        fetch: (input, init) => {
          asked.push(input);
          if (input !== proxy) return lightFetch(input, init);
          const promise = { upload_url: `${bucket.url}/put`, file_url: 'https://v3.fal.media/files/a/b.png' };
          return Promise.resolve(Response.json(promise));
        },
      },
    });
    expect([code, document.error?.charged]).toEqual([7, 'no']);
    expect(document.error?.message).toMatch(/not https/);
    expect(bucket.visits).toEqual([]);
    expect(new Set(asked)).toEqual(new Set([proxy]));
  });

  test('the bytes go there without the key', async () => {
    const fal = await sandbox();
    const bucket = await httpServer((_, response) => void response.end());
    const { url } = await front(
      fal,
      (visit, response) =>
        isInitiate(visit) &&
        sendJson(response, 200, { upload_url: `${bucket.url}/put`, file_url: `${bucket.url}/cat.png` }),
    );
    await editCat({ env: { ...fal.env, FAL_PROXY_URL: url } });
    const [visit] = bucket.visits;
    expect([visit!.method, visit!.target, visit!.headers['content-type']]).toEqual([
      'PUT',
      '/put',
      'image/png',
    ]);
    expect(JSON.stringify(visit!.headers)).not.toMatch(/authorization|secret/i);
  });
});
