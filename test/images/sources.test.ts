import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { FalEditError, InterruptedError } from '../../src/errors/error.js';
import { MAX_FILE_BYTES, MAX_PICTURE_BYTES } from '../../src/images/limits.js';
import { readSource } from '../../src/images/sources.js';
import { CHELSEA } from './samples.js';

const KINDS = 'Supported: PNG, JPEG, WebP, GIF, AVIF, HEIC, TIFF.';

let cwd: string;
let server: Server;
const CONTENT = Buffer.from('what is in the file');

const NAMES = [
  'my photo, 2.png',
  'two\nlines.png',
  '-p.png',
  'größe 写真.png',
  '12:30.png',
  'cat:2.png',
  '%20.png',
];

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'fal-edit-sources-'));
  mkdirSync(join(cwd, 'folder'));
  for (const name of ['photo.jpg', 'folder/Inner.PNG', ...NAMES]) writeFileSync(join(cwd, name), CONTENT);
  writeFileSync(join(cwd, 'empty.png'), '');
  for (const [name, content, size] of [
    ['zeros.png', '', MAX_PICTURE_BYTES + 1],
    ['film.png', '\x1a\x45\xdf\xa3', MAX_PICTURE_BYTES + 1],
    ['large.png', CHELSEA, MAX_PICTURE_BYTES + 1],
    ['huge.png', CHELSEA, MAX_FILE_BYTES + 1],
  ] as const) {
    writeFileSync(join(cwd, name), typeof content === 'string' ? Buffer.from(content, 'latin1') : content);
    truncateSync(join(cwd, name), size);
  }
  writeFileSync(join(cwd, 'locked.png'), CONTENT);
  chmodSync(join(cwd, 'locked.png'), 0);
  symlinkSync('photo.jpg', join(cwd, 'link.jpg'));
  symlinkSync('nowhere.xyz', join(cwd, 'dangling.tif'));
  if (process.platform !== 'win32') execFileSync('mkfifo', [join(cwd, 'pipe.png')]);
  server = createServer();
  await new Promise<void>((done) => server.listen(join(cwd, 'socket.png'), done));
});

afterAll(() => {
  server.close();
  rmSync(cwd, { recursive: true, force: true });
});

const neverAborted = new AbortController().signal;

const read = (source: string, stdin: Readable = Readable.from([]), signal = neverAborted) =>
  readSource(source, { cwd, stdin, signal }, '--image');

async function refusal(source: string, stdin?: Readable) {
  const error: unknown = await read(source, stdin).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(FalEditError);
  const { kind, exitCode, charged, message, hint } = error as FalEditError;
  expect({ kind, exitCode, charged }).toEqual({ kind: 'input', exitCode: 2, charged: 'no' });
  return { message, hint };
}

describe('files', () => {
  test.each([
    ['photo.jpg', 'photo.jpg', 'photo'],
    ['./folder/../photo.jpg', './folder/../photo.jpg', 'photo'],
    ['folder/Inner.PNG', 'folder/Inner.PNG', 'Inner'],
    ['link.jpg', 'link.jpg', 'link'],
    ['my photo, 2.png', 'my photo, 2.png', 'my photo, 2'],
    ['two\nlines.png', '"two\\nlines.png"', 'two\nlines'],
    ['-p.png', '-p.png', '-p'],
    ['größe 写真.png', 'größe 写真.png', 'größe 写真'],
    ['12:30.png', '12:30.png', '12:30'],
    ['cat:2.png', 'cat:2.png', 'cat:2'],
    ['%20.png', '%20.png', '%20'],
  ])('%j', async (source, label, name) => {
    expect(await read(source)).toEqual({ kind: 'bytes', bytes: CONTENT, origin: 'file', label, name });
  });

  it('reads absolute paths and file: URLs', async () => {
    const path = join(cwd, 'my photo, 2.png');
    const href = pathToFileURL(path).href;
    expect(await read(path)).toMatchObject({ bytes: CONTENT, label: path });
    expect(await read(href)).toMatchObject({
      bytes: CONTENT,
      name: 'my photo, 2',
      origin: 'file',
      label: href,
    });
  });

  test.each<[string, string, string | undefined]>([
    ['', '--image is empty. Give a path, an http(s) URL, a data: URI, or - for stdin.', undefined],
    ['nothing-like-it-anywhere', '--image: "nothing-like-it-anywhere": no such file.', undefined],
    ['phto.jpg', '--image: "phto.jpg": no such file.', 'Did you mean photo.jpg?'],
    ['photo.jpeg', '--image: "photo.jpeg": no such file.', 'Did you mean photo.jpg?'],
    ['folder/inner.jpg', '--image: "folder/inner.jpg": no such file.', 'Did you mean folder/Inner.PNG?'],
    ['no-folder/photo.jpg', '--image: "no-folder/photo.jpg": no such file.', undefined],
    ['photo.jpg/x', '--image: "photo.jpg/x": no such file.', undefined],
    ['dangling.tif', '--image: "dangling.tif": no such file.', undefined],
    ['three\nlines-of-a-name', '--image: "three\\nlines-of-a-name": no such file.', undefined],
    ['folder', '--image: "folder" is a folder, not a file.', undefined],
    ['empty.png', '--image: "empty.png" is empty.', undefined],
    ['huge.png', '--image: "huge.png" is larger than 256 MB, the limit for a picture file.', undefined],
    ['zeros.png', `--image: "zeros.png" is not a picture. ${KINDS}`, undefined],
    [
      'film.png',
      `--image: "film.png" is not a picture: it looks like a video (WebM or Matroska). ${KINDS}`,
      'Convert it first: ffmpeg -i in.webm -frames:v 1 out.png',
    ],
    ['a\0b', '--image: "a\\u0000b" is not a file name: it contains a NUL.', undefined],
    ['C:\\no\\photo', '--image: "C:\\no\\photo": no such file.', undefined],
    [
      'file://elsewhere.test/a.png',
      '--image: "file://elsewhere.test/a.png" is not a valid file: URL.',
      undefined,
    ],
  ])('refuses %j', async (source, message, hint) => {
    expect(await refusal(source)).toEqual({ message, hint });
  });

  it.skipIf(process.platform === 'win32')('does not wait for pipes and sockets', async () => {
    expect((await refusal('pipe.png')).message).toBe('--image: "pipe.png" is a pipe, not a file.');
    expect((await refusal('socket.png')).message).toBe('--image: "socket.png" is a socket, not a file.');
    expect((await refusal('/dev/null')).message).toBe('--image: "/dev/null" is a device, not a file.');
  });

  it.skipIf(process.getuid?.() === 0)('refuses what it may not read', async () => {
    expect((await refusal('locked.png')).message).toBe(
      '--image: "locked.png" cannot be read: permission denied.',
    );
  });

  it('stops when the run is interrupted', async () => {
    const reason = new InterruptedError('SIGINT');
    await expect(read('photo.jpg', undefined, AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});

describe('addresses', () => {
  test.each([
    'https://x.test/a.png?sig=a%2Fb&x=1',
    'http://127.0.0.1:8080/a',
    'HTTPS://X.test/A.png',
    'https://x.test/a.png#top',
  ])('%s is passed on as it is', async (url) => {
    expect(await read(url)).toEqual({ kind: 'url', url });
  });

  it('encodes what no URL may hold', async () => {
    expect(await read('https://x.test/a ß.png')).toEqual({
      kind: 'url',
      url: 'https://x.test/a%20%C3%9F.png',
    });
  });

  test.each([
    ['ftp://x.test/a.png', '--image: ftp: URLs are not supported: "ftp://x.test/a.png". Give '],
    ['s3://bucket/a.png', '--image: s3: URLs are not supported: '],
    ['GS://bucket/a.png', '--image: GS: URLs are not supported: '],
    ['https://', '--image: "https://" is not a valid URL.'],
    ['http:photo.png', '--image: "http:photo.png" is not a valid URL.'],
    ['https:///photo.png', '--image: "https:///photo.png" is not a valid URL.'],
    ['http://x.test:99999/', '--image: "http://x.test:99999/" is not a valid URL.'],
    ['https://me:secret@x.test/a', '--image: the URL of x.test contains a user name or a password'],
    ['https://me@x.test/a', '--image: the URL of x.test contains a user name or a password'],
  ])('refuses %s', async (source, message) => {
    const refused = await refusal(source);
    expect(refused.message.slice(0, message.length)).toBe(message);
    expect(refused.message).not.toContain('secret');
  });
});

describe('data: URIs', () => {
  test.each([
    ['data:image/png;base64,aGVsbG8=', 'hello'],
    ['data:;base64,aGVsbG8', 'hello'],
    ['DATA:text/html;charset=utf-8;BASE64,aGVs bG8=', 'hello'],
    ['data:image/png;base64,-_8%3D', '\xfb\xff'],
    ['data:,hello', 'hello'],
    ['data:,a%00%ff%2Cb,c', 'a\0\xff,b,c'],
  ])('%s', async (uri, content) => {
    const bytes = Buffer.from(content, 'latin1');
    const source = await read(uri);
    expect(source).toMatchObject({ kind: 'bytes', origin: 'data', label: 'the data: URI', name: 'image' });
    expect(source.kind === 'bytes' && Buffer.from(source.bytes)).toEqual(bytes);
  });

  test.each([
    ['data:image/png;base64', 'has no comma between its media type and its data'],
    ['data:image/png;base64,a$b=', 'is malformed: its data is not base64'],
    ['data:image/png;base64,aaaaa', 'is malformed: its data is not base64'],
    ['data:image/png;base64,a===', 'is malformed: its data is not base64'],
    ['data:image/png;base64,%zz', 'is malformed: a % is not followed by two hexadecimal digits'],
    ['data:,100%', 'is malformed: a % is not followed by two hexadecimal digits'],
    ['data:,', 'is empty'],
  ])('refuses %s', async (uri, problem) => {
    expect((await refusal(uri)).message).toBe(`--image: the data: URI ${problem}.`);
  });

  it('refuses more than 50 MB', async () => {
    const uri = `data:;base64,${'A'.repeat(Math.ceil(((MAX_PICTURE_BYTES + 3) / 3) * 4))}`;
    expect((await refusal(uri)).message).toBe('--image: the data: URI is larger than 50 MB.');
  });
});

describe('stdin', () => {
  it('is read whole', async () => {
    const stdin = Readable.from([Buffer.from('hel'), Buffer.from('lo')]);
    const source = await read('-', stdin);
    expect(source).toMatchObject({
      origin: 'stdin',
      label: 'stdin',
      name: 'stdin',
      bytes: Buffer.from('hello'),
    });
  });

  it('can be read only once', async () => {
    const stdin = Readable.from([Buffer.from('hello')]);
    await read('-', stdin);
    expect((await refusal('-', stdin)).message).toBe(
      '--image: stdin was already read; "-" can be used only once.',
    );
  });

  it('is refused when empty, a terminal, or broken', async () => {
    expect((await refusal('-')).message).toBe('--image: stdin is empty.');
    const terminal = Object.assign(new PassThrough(), { isTTY: true });
    expect((await refusal('-', terminal)).message).toContain('stdin is a terminal');
    const broken = new Readable({ read: (): void => void broken.destroy(new Error('EIO: i/o error')) });
    expect((await refusal('-', broken)).message).toBe('--image: stdin cannot be read: EIO: i/o error.');
  });

  it('is read no further than 50 MB if it is no picture, and no further than 256 MB if it is one', async () => {
    let sent = 0;
    const endless = (start: Uint8Array): Readable => {
      const chunk = Buffer.alloc(1024 * 1024);
      sent = 0;
      const stream = new Readable({ read: (): void => void stream.push(sent++ === 0 ? start : chunk) });
      return stream;
    };
    expect((await refusal('-', endless(Buffer.alloc(10)))).message).toBe(
      `--image: stdin is not a picture. ${KINDS}`,
    );
    expect(sent).toBeLessThan(60);
    expect((await refusal('-', endless(CHELSEA))).message).toBe(
      '--image: stdin is larger than 256 MB, the limit for a picture file.',
    );
    expect(sent).toBeLessThan(270);
  });

  it('stops when the run is interrupted', async () => {
    const controller = new AbortController();
    const reading = read('-', new PassThrough(), controller.signal);
    const reason = new InterruptedError('SIGINT');
    controller.abort(reason);
    await expect(reading).rejects.toBe(reason);
  });
});
