import { edit, type Case } from './case.js';
import { PNG } from './pictures.js';

export const PROMPTS_AND_STDIN: Case[] = [
  { name: 'no prompt', argv: ['photo.png'], says: ['--prompt is missing'] },
  { name: 'no picture', argv: ['-p', 'x'], says: ['<image> is missing'] },
  {
    name: 'blank prompt',
    argv: ['photo.png', '-p', ' \n\t '],
    says: ['--prompt', 'must not be blank'],
  },
  { name: 'empty prompt', argv: ['photo.png', '-p', ''], says: ['--prompt', 'blank'] },
  { name: 'prompt without its value', argv: ['photo.png', '-p'], says: ['--prompt needs a value'] },
  {
    name: 'prompt file missing',
    argv: ['photo.png', '--prompt-file', 'idea.txt'],
    kind: 'input',
    says: ['--prompt-file', 'idea.txt', 'ENOENT'],
  },
  {
    name: 'prompt file is a folder',
    argv: ['photo.png', '--prompt-file', '.'],
    kind: 'input',
    says: ['--prompt-file', 'EISDIR'],
  },
  {
    name: 'prompt file blank',
    argv: ['photo.png', '--prompt-file', 'idea.txt'],
    files: { 'idea.txt': '\r\n\r\n' },
    says: ['--prompt-file', 'idea.txt', 'blank'],
  },
  {
    name: 'prompt file not UTF-8',
    argv: ['photo.png', '--prompt-file', 'idea.txt'],
    files: { 'idea.txt': Buffer.from([0x66, 0xfc, 0x72]) },
    kind: 'input',
    says: ['--prompt-file', 'idea.txt', 'UTF-8'],
  },
  {
    name: 'prompt file in UTF-16',
    argv: ['photo.png', '--prompt-file', 'idea.txt'],
    files: { 'idea.txt': Buffer.from('\ufeffsnow', 'utf16le') },
    kind: 'input',
    says: ['--prompt-file: idea.txt is UTF-16', 'iconv -f UTF-16 -t UTF-8'],
  },
  {
    name: 'prompt file in UTF-16 without a mark',
    argv: ['photo.png', '--prompt-file', 'idea.txt'],
    files: { 'idea.txt': Buffer.from('snow', 'utf16le') },
    kind: 'input',
    says: ['--prompt-file: idea.txt is UTF-16', 'iconv -f UTF-16LE -t UTF-8'],
  },
  {
    name: 'prompt file with a NUL',
    argv: ['photo.png', '--prompt-file', 'idea.txt'],
    files: { 'idea.txt': 'snow\non\0' },
    kind: 'input',
    says: ['--prompt-file: idea.txt (line 2) contains a NUL'],
  },
  {
    name: 'prompt whose bytes were not UTF-8',
    argv: ['photo.png', '-p', 'Stra\ufffde'],
    says: ['--prompt: the text is not valid UTF-8', 'Save the script'],
  },
  {
    name: 'negative prompt whose bytes were not UTF-8',
    argv: edit('--negative-prompt', 'Stra\ufffde'),
    says: ['--negative-prompt: the text is not valid UTF-8'],
  },
  {
    name: 'prompt file of a picture’s size',
    argv: ['photo.png', '--prompt-file', 'idea.txt'],
    files: { 'idea.txt': 'x'.repeat(1024 * 1024 + 1) },
    kind: 'input',
    says: ['--prompt-file', 'idea.txt', '1 MB'],
  },
  {
    name: 'prompt on stdin of a picture’s size',
    argv: ['photo.png', '--prompt-file', '-'],
    stdin: 'x'.repeat(1024 * 1024 + 1),
    kind: 'input',
    says: ['--prompt-file', '1 MB'],
  },
  {
    name: 'prompt and prompt file',
    argv: edit('--prompt-file', 'x'),
    says: ['--prompt', '--prompt-file', 'Give one'],
  },
  {
    name: 'prompt and picture from stdin',
    argv: ['-', '--prompt-file', '-'],
    stdin: PNG,
    says: ['--prompt-file', 'both read stdin', 'Use one of them'],
  },
  {
    name: 'picture from stdin twice',
    argv: ['-', '-', '-p', 'x', '-m', 'flux-2-lora'],
    stdin: PNG,
    says: ['stdin', 'twice'],
  },
  {
    name: 'picture from an empty stdin',
    argv: ['-', '-p', 'x'],
    stdin: '',
    kind: 'input',
    says: ['--image', 'stdin is empty'],
  },
];
