import { edit, type Case } from './case.js';

export const COMMAND_LINE: Case[] = [
  ...['--api-key', '--key', '--fal-key', '--token', '--api_key', '--FAL_KEY', '--secret', '--key-id'].map(
    (flag) => ({
      name: `a flag for the key: ${flag}`,
      argv: edit(`${flag}=id:hidden-secret`),
      says: [flag, 'There is no flag for the key', 'FAL_KEY', /^(?![^]*hidden)/],
    }),
  ),
  ...['--keys=id:hidden-secret', '-kid:hidden-secret', '-k=hidden-secret', '--nope=a\nhidden'].map(
    (flag) => ({
      name: `an unknown flag with a value: ${JSON.stringify(flag)}`,
      argv: edit(flag),
      says: ['nknown option', /^(?![^]*hidden)/],
    }),
  ),
  {
    name: 'unknown flag',
    argv: edit('--strenght', '0.5'),
    says: ["Unknown option '--strenght'", /strength/],
  },
  { name: 'unknown short flag', argv: edit('-x'), says: ["Unknown option '-x'"] },
  {
    name: 'file with a leading dash',
    argv: ['-cat.png', '-p', 'x'],
    says: ["Unknown option '-cat.png'", 'after --'],
  },
  {
    name: 'a switch with a value',
    argv: edit('--force=yes'),
    says: ["Unknown option '--force'", '--help'],
  },
  {
    name: 'everything after -- is a picture',
    argv: ['--', 'photo.png', '-p', 'x'],
    says: ['--prompt is missing'],
  },
  { name: 'word after sandbox', argv: ['sandbox', 'now'], says: ['sandbox', /got 1\.\n/] },
  { name: 'sandbox port', argv: ['sandbox', '--port', '99999'], says: ['--port', '0 to 65535'] },
  {
    name: 'sandbox time',
    argv: ['sandbox', '--queue-time', 'long'],
    says: ['--queue-time', '"long"', '600ms'],
  },
  { name: 'sandbox runners', argv: ['sandbox', '--runners', '0'], says: ['--runners', '"0"', '1 to 1000'] },
  {
    name: 'sandbox toxic',
    argv: ['sandbox', '--toxic', 'plague'],
    says: ['--toxic', 'plague', 'reset_peer'],
  },
];

export const CONTRADICTIONS: Case[] = [
  {
    name: 'strength in both spellings',
    argv: edit('--strength', '0.5', '--image-strength', '0.5'),
    says: ['--strength', '--image-strength', 'Give one'],
  },
  { name: 'quiet and verbose', argv: edit('-q', '-v'), says: ['--quiet', '--verbose', 'Give one'] },
  {
    name: 'sandbox and proxy',
    argv: edit('--sandbox', '--proxy-url', 'http://127.0.0.1:9/'),
    says: ['--sandbox', '--proxy-url', 'Give one'],
  },
  {
    name: 'png name, jpeg format',
    argv: edit('-o', 'x.png', '--format', 'jpeg'),
    says: ['--output', 'x.png', '--format', 'jpeg'],
  },
  {
    name: 'several pictures to stdout',
    argv: edit('-o', '-', '--num-images', '2'),
    says: ['--output -', '--num-images'],
    saysWithJson: ['--output -', '--json'],
  },
  {
    name: 'picture to a terminal',
    argv: edit('-o', '-'),
    tty: true,
    says: ['--output -', 'terminal', '> out.png'],
    saysWithJson: ['--output -', '--json'],
  },
  {
    name: 'left alone, and to stdout',
    argv: edit('--detach', '-o', '-'),
    says: ['--detach', '--output -', 'Use one of them'],
    saysWithJson: ['--output -', '--json'],
  },
  {
    name: 'left alone in the built-in sandbox',
    argv: edit('--detach', '--sandbox'),
    env: { FAL_PROXY_URL: undefined },
    says: ['--detach', 'sandbox ends with the run', 'FAL_PROXY_URL'],
  },
];
