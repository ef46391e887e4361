import { describe, expect, test } from 'vitest';
import { asFalEditError, usageError } from '../src/errors/error.js';
import { lastWords } from '../src/last-words.js';
import { runCli } from './support/run-cli.js';
import { folderWithPhoto } from './edit/harness.js';

const bug = new Error('left over');

describe('what was thrown, as an error', () => {
  test.each([
    ['no', 'This is a bug in fal-edit: left over. Nothing was sent.'],
    ['maybe', 'This is a bug in fal-edit: left over.'],
    ['yes', 'This is a bug in fal-edit: left over.'],
  ] as const)('a bug, charged %s', (charged, message) => {
    expect(asFalEditError(bug, charged)).toMatchObject({ kind: 'internal', exitCode: 70, charged, message });
  });

  test.each([
    ['EMFILE', /^Too many files are open: EMFILE: read\. Nothing was sent\.$/],
    ['ENOSPC', /^The disk is full: /],
    ['EFBIG', /^The disk is full: /],
    ['ENOLCK', /^The file system does not support locks: /],
    ['EIO', /^The disk reports an error: /],
  ])('%s is the system, no bug', (code, message) => {
    const error = Object.assign(new Error(`${code}: read`), { code });
    expect(asFalEditError(error, 'no')).toMatchObject({
      kind: 'temporary',
      message: expect.stringMatching(message) as string,
      details: { system: code },
    });
  });

  test('one of ours stays as it is', () => {
    const ours = usageError('Give a prompt.');
    expect(asFalEditError(ours, 'maybe')).toBe(ours);
  });
});

describe('the last words', () => {
  test.each([
    ['--json', ['a.png', '--json'], {}, true],
    ['the setting', ['a.png'], { FAL_EDIT_JSON: 'yes' }, true],
    ['a file of that name', ['--', '--json'], {}, false],
    ['nothing', ['a.png'], {}, false],
  ])('a document is given for %s', (_, argv, env, isGiven) => {
    const { stdout, stderr, code } = lastWords(bug, argv, env);
    expect([code, stdout !== '']).toEqual([70, isGiven]);
    expect(stderr).toMatch(
      /^error: This is a bug in fal-edit: left over\. Nothing was sent\.\nhint: [^]*at /,
    );
    if (isGiven) {
      const error = { kind: 'internal', charged: 'no' };
      expect(JSON.parse(stdout)).toMatchObject({ schema_version: 1, status: 'error', error });
    }
  });

  test('no second document, no charge on the sandbox, no secret', () => {
    const known = { charged: 'maybe', safe: (text: string) => text.replaceAll('left', '***') } as const;
    const later = lastWords(bug, ['--json', '--sandbox'], {}, { ...known, isAnswered: true });
    expect(later.stdout).toBe('');
    expect(later.stderr).not.toMatch(/charged|left/);
    const first = lastWords(bug, ['--json'], {}, { ...known, isAnswered: false });
    expect(JSON.parse(first.stdout)).toMatchObject({ error: { charged: 'maybe' } });
    expect(first.stderr).toMatch(/^charged: maybe$/m);
  });
});

test('a bug before anything was sent: charged no', async () => {
  const newSeed = (): never => {
    throw bug;
  };
  const argv = ['cat.png', '-p', 'x', '--json'];
  const env = { FAL_KEY: 'test-id:test-secret' };
  const { code, json } = await runCli(argv, { cwd: await folderWithPhoto(), env, context: { newSeed } });
  expect(code).toBe(70);
  expect(json()).toMatchObject({
    error: {
      kind: 'internal',
      message: 'This is a bug in fal-edit: left over. Nothing was sent.',
      charged: 'no',
    },
  });
});
