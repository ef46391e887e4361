import { execFileSync } from 'node:child_process';
import { truncate } from 'node:fs/promises';
import path from 'node:path';
import type { Case } from './case.js';
import { JPEG, PNG } from './pictures.js';

export const PICTURES: Case[] = [
  {
    name: 'picture missing',
    argv: ['photo.pgn', '-p', 'x'],
    kind: 'input',
    says: ['--image', 'photo.pgn', 'no such file', 'photo.png'],
  },
  { name: 'picture is a folder', argv: ['.', '-p', 'x'], kind: 'input', says: ['--image', 'a folder'] },
  {
    name: 'picture empty',
    argv: ['e.png', '-p', 'x'],
    files: { 'e.png': '' },
    kind: 'input',
    says: ['--image', 'e.png', 'is empty'],
  },
  {
    name: 'text named .png',
    argv: ['t.png', '-p', 'x'],
    files: { 't.png': 'not a picture' },
    kind: 'input',
    says: ['--image', 't.png', 'looks like text', 'PNG, JPEG'],
  },
  {
    name: 'truncated JPEG',
    argv: ['t.jpg', '-p', 'x'],
    files: { 't.jpg': JPEG.subarray(0, JPEG.length / 2) },
    kind: 'input',
    says: ['--image', 't.jpg', /cut short|damaged|ends/],
  },
  {
    name: 'truncated PNG, in the second place',
    argv: ['photo.png', 't.png', '-p', 'x', '-m', 'flux-2-lora'],
    files: { 't.png': PNG.subarray(0, PNG.length - 20) },
    kind: 'input',
    says: ['--image', 'number 2', 't.png'],
  },
  {
    name: 'more than 256 MB',
    argv: ['huge.png', '-p', 'x'],
    files: { 'huge.png': PNG },
    setup: (folder) => truncate(path.join(folder, 'huge.png'), 256 * 1024 * 1024 + 1),
    kind: 'input',
    says: ['--image', 'huge.png', '256 MB'],
  },
  {
    name: 'more than 50 MB of something else',
    argv: ['huge.png', '-p', 'x'],
    files: { 'huge.png': 'no picture' },
    setup: (folder) => truncate(path.join(folder, 'huge.png'), 50 * 1024 * 1024 + 1),
    kind: 'input',
    says: ['--image', 'huge.png', 'is not a picture'],
  },
  {
    name: 'a pipe',
    argv: ['pipe.png', '-p', 'x'],
    setup: (folder) => execFileSync('mkfifo', [path.join(folder, 'pipe.png')]),
    kind: 'input',
    says: ['--image', 'pipe.png', 'a pipe', 'stdin'],
  },
  {
    name: 'ftp URL',
    argv: ['ftp://host/a.png', '-p', 'x'],
    kind: 'input',
    says: ['--image', 'ftp:', 'http(s)'],
  },
  {
    name: 'malformed URL',
    argv: ['http://[', '-p', 'x'],
    kind: 'input',
    says: ['--image', 'http://[', 'not a valid URL'],
  },
  {
    name: 'URL with a password',
    argv: ['https://u:p@host/a.png', '-p', 'x'],
    kind: 'input',
    says: ['--image', 'password'],
  },
  {
    name: 'malformed data: URI',
    argv: ['data:image/png;base64,%%', '-p', 'x'],
    kind: 'input',
    says: ['--image', 'data:'],
  },
  {
    name: 'data: URI of text',
    argv: ['data:,hello', '-p', 'x'],
    kind: 'input',
    says: ['--image', 'data:', 'text'],
  },
  { name: 'empty picture name', argv: ['', '-p', 'x'], says: ['--image', 'not ""', 'must be a picture'] },
];
