import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import stringWidth from 'string-width';
import { describe, expect, it, test } from 'vitest';
import { pictureProtocol, previewText, type PictureProtocol } from '../../src/terminal/preview.js';
import { tempDir } from '../support/temp-dir.js';

const example = (name: string) => fileURLToPath(new URL(`../../examples/${name}`, import.meta.url));
const CHELSEA = example('chelsea.png');
const COFFEE = example('coffee.png');
const PAIR = [
  { path: CHELSEA, name: 'chelsea.png' },
  { path: COFFEE, name: 'chelsea.edit.png' },
];
const SIZE = { columns: 60, rows: 16 };
const ALL_COLOURS = { COLORTERM: 'truecolor' };

describe('the protocol', () => {
  test.each<[env: Record<string, string>, protocol: PictureProtocol]>([
    [{}, 'blocks'],
    [{ TERM: 'xterm-256color' }, 'blocks'],
    [{ TERM: 'xterm-kitty' }, 'kitty'],
    [{ TERM: 'xterm-kitty', KITTY_WINDOW_ID: '1' }, 'kitty'],
    [{ TERM: 'xterm-256color', KITTY_WINDOW_ID: '1' }, 'kitty'],
    [{ TERM: 'xterm-ghostty', TERM_PROGRAM: 'ghostty' }, 'kitty'],
    [{ TERM: 'xterm-256color', TERM_PROGRAM: 'ghostty' }, 'kitty'],
    [{ GHOSTTY_RESOURCES_DIR: '/usr/share/ghostty' }, 'kitty'],
    [{ TERM_PROGRAM: 'iTerm.app' }, 'iterm'],
    [{ TERM: 'xterm-256color', LC_TERMINAL: 'iTerm2' }, 'iterm'],
    [{ TERM_PROGRAM: 'WezTerm', WEZTERM_PANE: '0' }, 'iterm'],
    [{ WEZTERM_PANE: '0' }, 'iterm'],
    [{ TERM_PROGRAM: 'mintty' }, 'iterm'],
    // Started from Kitty, and none itself.
    [{ TERM_PROGRAM: 'vscode', KITTY_WINDOW_ID: '1' }, 'blocks'],
    [{ TERM_PROGRAM: 'Apple_Terminal' }, 'blocks'],
    [{ TERM_PROGRAM: 'constructor' }, 'blocks'],
    [{ TERM: 'tmux-256color', KITTY_WINDOW_ID: '1' }, 'blocks'],
    [{ TERM: 'xterm-kitty', TMUX: '/tmp/tmux,1,0' }, 'blocks'],
    [{ TERM: 'screen.xterm-256color', LC_TERMINAL: 'iTerm2' }, 'blocks'],
    [{ TERM: 'xterm-kitty', ZELLIJ: '0' }, 'blocks'],
    [{ TERM: 'dumb', KITTY_WINDOW_ID: '1' }, 'none'],
    [{ TERM: 'xterm-kitty', CI: 'true' }, 'none'],
    [{ TERM: 'xterm-kitty', CI: 'false' }, 'kitty'],
  ])('of %j is %s', (env, protocol) => {
    expect(pictureProtocol({ isTTY: true }, env)).toBe(protocol);
    expect(pictureProtocol({ isTTY: false }, env)).toBe('none');
    expect(pictureProtocol({}, env)).toBe('none');
  });
});

describe('half blocks', () => {
  async function twoColours(width: number, height: number): Promise<string> {
    const file = path.join(await tempDir(), 'a.png');
    const red = { create: { width, height, channels: 3 as const, background: '#ff0000' } };
    const blue = {
      create: { width, height: Math.ceil(height / 2), channels: 3 as const, background: '#0000ff' },
    };
    await sharp(red)
      .composite([{ input: await sharp(blue).png().toBuffer(), gravity: 'south' }])
      .png()
      .toFile(file);
    return file;
  }

  test.each([
    [ALL_COLOURS, '\x1b[38;2;255;0;0m\x1b[48;2;0;0;255m▀▀▀▀▀▀▀▀\x1b[49m\x1b[39m'],
    [{ COLORTERM: '24bit' }, '\x1b[38;2;255;0;0m\x1b[48;2;0;0;255m▀▀▀▀▀▀▀▀\x1b[49m\x1b[39m'],
    [{}, '\x1b[38;5;196m\x1b[48;5;21m▀▀▀▀▀▀▀▀\x1b[49m\x1b[39m'],
  ])('have an upper and a lower pixel: %j', async (env, line) => {
    const picture = { path: await twoColours(8, 2), name: 'a' };
    expect(await previewText([picture], 'blocks', { columns: 8, rows: 9 }, env)).toBe(`${line}\na\n`);
  });

  it('leave the ground alone where the last line has no lower pixel', async () => {
    const picture = { path: await twoColours(8, 1), name: 'a' };
    const text = await previewText([picture], 'blocks', { columns: 8, rows: 2 }, ALL_COLOURS);
    expect(text).toBe('\x1b[38;2;0;0;255m▀▀▀▀▀▀▀▀\x1b[39m\na\n');
  });

  it('stand side by side, with the names beneath', async () => {
    const lines = stripVTControlCharacters(await previewText(PAIR, 'blocks', SIZE, ALL_COLOURS)).split('\n');
    expect(lines.pop()).toBe('');
    expect(lines.pop()).toBe(`${'chelsea.png'.padEnd(31)}chelsea.edit.png`);
    // 29 columns, and 29 * 300 / 451 or 29 * 400 / 600 pixels.
    expect(lines).toEqual(Array.from({ length: 10 }, () => `${'▀'.repeat(29)}  ${'▀'.repeat(29)}`));
  });
});

test.each<[pictures: number, columns: number, rows: number]>([
  [1, 1, 1],
  [1, 80, 3],
  [2, 7, 5],
  [2, 80, 24],
  [5, 40, 10],
  [11, 80, 24],
])('%i pictures on %i x %i cells stay within them', async (count, columns, rows) => {
  const pictures = Array.from({ length: count }, (_, index) => PAIR[index % 2]!);
  const text = await previewText(pictures, 'blocks', { columns, rows }, {});
  const lines = stripVTControlCharacters(text).trimEnd().split('\n');
  expect(lines.length).toBeLessThanOrEqual(Math.max(2, rows));
  for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(columns);
});

/** The PNG in the base64 of some sequences. */
async function sizeOf(base64: string): Promise<[format: string, width: number, height: number]> {
  const { format, width, height } = await sharp(Buffer.from(base64, 'base64')).metadata();
  return [format, width, height];
}

const KITTY = /\p{Cc}_G([^;]*);([\w+/=]*)\p{Cc}\\/gu;

it("draws by Kitty's protocol in pieces of 4096, without an answer and without moving the cursor", async () => {
  const text = await previewText(PAIR, 'kitty', SIZE, {});
  const pieces = [...text.matchAll(KITTY)].map(([, keys = '', data = '']) => ({ keys, data }));
  const firsts = pieces.flatMap(({ keys }, at) => (keys.startsWith('a=T') ? [at] : []));
  expect(firsts.length).toBe(2);
  for (const [index, first] of firsts.entries()) {
    const own = pieces.slice(first, firsts[index + 1]);
    expect(own.length).toBeGreaterThan(1);
    expect(own[0]!.keys).toBe('a=T,f=100,t=d,q=2,C=1,c=29,r=10,m=1');
    expect(own.slice(1, -1).every(({ keys, data }) => keys === 'q=2,m=1' && data.length === 4096)).toBe(true);
    expect(own.at(-1)!.keys).toBe('q=2,m=0');
    const [format, width, height] = await sizeOf(own.map(({ data }) => data).join(''));
    expect([format, width]).toEqual(['png', index === 0 ? 451 : 464]);
    expect(height).toBeGreaterThan(290);
  }
  const frame = text.replace(KITTY, '').split('\r');
  expect(frame[0]).toBe(`${'\n'.repeat(10)}\x1b[10A\x1b[1G\x1b7\x1b8\x1b[32G\x1b7\x1b8\x1b[10B`);
  expect(frame[1]).toBe(`${'chelsea.png'.padEnd(31)}chelsea.edit.png\n`);
});

it("draws by iTerm2's protocol", async () => {
  const text = await previewText(PAIR, 'iterm', SIZE, {});
  const pictures = [...text.matchAll(/\p{Cc}\]1337;File=([^:]*):([\w+/=]*)\p{Cc}/gu)];
  expect(pictures.length).toBe(2);
  for (const [, keys, data = ''] of pictures) {
    const { length } = Buffer.from(data, 'base64');
    expect(keys).toBe(`inline=1;size=${length};width=29;height=10;preserveAspectRatio=1`);
    expect((await sizeOf(data))[0]).toBe('png');
  }
});

test.each<PictureProtocol>(['kitty', 'iterm', 'blocks'])(
  '%s: what is missing leaves its place',
  async (one) => {
    const gone = { path: path.join(await tempDir(), 'gone.png'), name: 'gone' };
    const text = await previewText([gone, PAIR[1]!], one, SIZE, {});
    expect(text.endsWith(`${'gone'.padEnd(31)}chelsea.edit.png\n`)).toBe(true);
    if (one === 'blocks') expect(text.startsWith(' '.repeat(31))).toBe(true);
    else expect(text).toContain('\x1b[32G');
    expect(await previewText([gone], one, SIZE, {})).toBe('gone\n');
  },
);

it('makes names harmless, and cuts them', async () => {
  const name = '\x1b]0;owned\x07a\nb\u202e' + '日本語'.repeat(30);
  const text = await previewText([{ path: CHELSEA, name }], 'blocks', { columns: 20, rows: 5 }, {});
  const line = text.split('\n').at(-2)!;
  expect(line).toMatch(/^a b日本語[日本語]*…$/);
  expect(stringWidth(line)).toBeLessThanOrEqual(20);
});

it('shows nothing for none, and nothing of nothing', async () => {
  expect(await previewText(PAIR, 'none', SIZE, {})).toBe('');
  expect(await previewText([], 'kitty', SIZE, {})).toBe('');
});
