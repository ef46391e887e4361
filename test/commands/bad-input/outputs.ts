import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { edit, type Case } from './case.js';

export const OUTPUTS: Case[] = [
  { name: 'gif output', argv: edit('-o', 'x.gif'), says: ['--output', 'x.gif', '.png, .jpg, .jpeg'] },
  {
    name: 'webp output on flux-general',
    argv: edit('-o', 'x.webp'),
    says: ['--output', 'x.webp', '.png', '-m flux-2-lora'],
  },
  { name: 'empty output', argv: edit('-o', ''), says: ['--output', 'empty', 'a file, a folder/'] },
  {
    name: 'unknown placeholder',
    argv: edit('-o', '{nmae}.png'),
    says: ['--output', '{nmae}', '{name}', '{request_id}'],
  },
  {
    name: 'output exists',
    argv: edit('-o', 'photo.png'),
    says: ['--output', 'photo.png', 'exists', '--force'],
  },
  {
    name: 'the second of two outputs exists',
    argv: edit('-o', 'out.png', '--num-images', '2'),
    files: { 'out.2.png': 'taken' },
    says: ['--output', 'out.2.png', 'exists', '--force'],
  },
  {
    name: 'output folder below a file',
    argv: edit('-o', 'photo.png/out.png'),
    says: ['--output', 'cannot write', 'photo.png', 'ENOTDIR'],
  },
  {
    name: 'output folder/ below a file',
    argv: edit('-o', 'photo.png/deep/'),
    says: ['--output', 'cannot write', 'photo.png'],
  },
  {
    name: 'output folder that nobody can write to',
    argv: edit('-o', '/proc/nowhere/out.png'),
    says: ['--output', '/proc'],
  },
  {
    name: 'output in a folder, --force',
    argv: edit('-f', '-o', 'folder.{ext}'),
    setup: (folder) => mkdir(path.join(folder, 'folder.png')),
    says: ['--output', 'folder.png', 'is a folder'],
  },
  { name: 'output with a NUL', argv: edit('-o', 'a\0b.png'), says: ['--output'] },
  {
    name: 'output name too long',
    argv: edit('-o', `${'x'.repeat(300)}.png`),
    says: ['--output', 'too long'],
  },
];
