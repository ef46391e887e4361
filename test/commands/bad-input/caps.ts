import { edit, type Case } from './case.js';

/** What is no sum of money, and what is none for a cap. */
const WRONG = [
  'x',
  '',
  ' ',
  '-1',
  '-0.01',
  '1,50',
  '1 USD',
  'NaN',
  'Infinity',
  '1e999',
  '0x10',
  '$',
  '$$1',
  '5%',
];

const FLAGS = ['max-cost', 'daily-cap'] as const;

const variable = (flag: string): string => `FAL_EDIT_${flag.toUpperCase().replace('-', '_')}`;

export const CAPS: Case[] = FLAGS.flatMap((flag) => [
  ...WRONG.map((value) => ({
    name: `--${flag} ${JSON.stringify(value)}`,
    argv: edit(`--${flag}=${value}`),
    says: [`--${flag}`, `"${value}"`, 'dollars, e.g. 0.50'],
  })),
  {
    name: `variable: ${flag}`,
    argv: edit(),
    env: { [variable(flag)]: 'much' },
    says: [variable(flag), '"much"', 'dollars'],
  },
  {
    name: `.env: ${flag}`,
    argv: edit(),
    files: { '.env': `${variable(flag)}=-5\n` },
    says: [`${variable(flag)} (in .env)`, '"-5"', 'dollars'],
  },
  {
    name: `config file: ${flag}`,
    argv: edit(),
    files: { 'fal-edit.config.json': `{"${flag}": "a lot"}` },
    says: [`"${flag}" in`, 'fal-edit.config.json', '"a lot"', 'dollars'],
  },
]);
