/*
 * Every step of an edit's life, ended there: by SIGKILL, by an error of the system, by a disk that is full from
 * there on. Then what a user would do next. Whatever the step was, the edit is paid for once, its picture is there
 * once and whole, and nothing else is left behind. `npm run test:long` takes every step; else each run takes another
 * share of them.
 */
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { isUnfinished, type Job } from '../../src/ledger/job.js';
import { leftIn } from '../edit/harness.js';
import { jobsIn } from '../support/ledger.js';
import { schemaFile } from '../support/schemas.js';
import { sha256AtFal, sha256Of } from '../torture/whole.js';
import { command, hooked, noted, place, tryEach, type How, type Place } from './nth-step.js';

const PLAIN = ['cat.png', '-p', 'a watercolor', '-o', 'out.png'];
/** A name that is overwritten is given by another step than one that is new. */
const FORCED = [...PLAIN, '--force'];

/** A model that is known by its schema, with a file in another field and a mask beside the result. */
const MASKED = [
  ...['cat.png', '-p', 'a watercolor', '-o', 'out.png', '-m', 'acme/erase'],
  ...['--file', 'mask_url=logo.png', '--set', 'output_mask=true'],
];
/** With its schema from a file, and from fal. */
const BY_FILE = [...MASKED, '--schema', schemaFile('acme/erase')];
const BY_SCHEMA: [name: string, argv: readonly string[]][] = [
  ['a schema from a file', BY_FILE],
  ['a schema from fal', MASKED],
];

/** What can be the end of a command that could not do more than it was let. */
const USUAL_CODES = [0, 1, 2, 7, 9];

/** A result that is changed before it is saved. */
const FINISHED = ['logo.png', '-p', 'a watercolor', '-o', 'out.png', '--alpha', 'keep', '--seed', '7'];

async function placeWithLogo(): Promise<Place> {
  const at = await place();
  const logo = sharp('examples/chelsea.png').resize(96, 64).removeAlpha();
  await logo.ensureAlpha(0.5).png().toFile(path.join(at.cwd, 'logo.png'));
  return at;
}

const namesLogo = (argv: readonly string[]) => argv.some((word) => word.includes('logo.png'));
const placeFor = (argv: readonly string[]) => (namesLogo(argv) ? placeWithLogo() : place());
const resultsOf = (argv: readonly string[]) =>
  argv.includes('acme/erase') ? ['out.png', 'out.mask_image.png'] : ['out.png'];

/** The names of all steps of a command, in the order in which they come. */
async function stepsOf(argv: readonly string[]): Promise<string[]> {
  const at = await placeFor(argv);
  try {
    const stdout = `${resultsOf(argv).join('\n')}\n`;
    expect(await hooked(at, argv)).toMatchObject({ code: 0, stdout });
    return sampled(await noted(at));
  } finally {
    await at.fal.close();
  }
}

/** Of the pieces of one answer, which are many and all alike, the first, one in the middle and the last. */
function sampled(steps: readonly string[]): string[] {
  const kindOf = (step: string): string => step.replace(/ #\d+$/, '');
  return steps.filter((step) => {
    if (!step.startsWith('socket piece')) return true;
    const alike = steps.filter((other) => kindOf(other) === kindOf(step));
    return [0, alike.length >> 1, alike.length - 1].includes(alike.indexOf(step));
  });
}

/** What a user would do until the picture is there. */
async function recover(at: Place, argv: readonly string[]): Promise<void> {
  const isOpen = (jobs: readonly Job[]): boolean => jobs.some(({ state }) => isUnfinished(state));
  const isSaved = (jobs: readonly Job[]): boolean => jobs.some(({ state }) => state === 'saved');
  if (!isSaved(await jobsIn(at.stateDir))) {
    // Goes on with it or makes it; 9: what came of the first is not known; 2: the picture is there already.
    expect([0, 2, 9]).toContain((await command(at, argv)).code);
  }
  if (isOpen(await jobsIn(at.stateDir))) {
    const { code, stderr } = await command(at, ['reconcile', '--all', '--settle', '0s']);
    expect(code, stderr).toBe(0);
  }
  if (isOpen(await jobsIn(at.stateDir))) {
    const { code, stderr } = await command(at, ['wait', '--unfinished']);
    expect(code, stderr).toBe(0);
  }
  if (!isSaved(await jobsIn(at.stateDir))) {
    const { code, stderr } = await command(at, argv);
    expect(code, stderr).toBe(0);
  }
}

/** Ends a command at a step, and looks at everything that came of it in the end. */
async function endAt(step: string, how: How, argv: readonly string[]): Promise<void> {
  const at = await placeFor(argv);
  try {
    const { code, signal, stderr } = await hooked(at, argv, step, how);
    const jobsAfterwards = await jobsIn(at.stateDir);
    // Which pieces come is not the same in every run: where there was none of that name, nothing happened.
    const wasThere = (await noted(at)).includes(`* ${step}`);
    if (wasThere && how === 'kill') expect(signal).toBe('SIGKILL');
    else expect(USUAL_CODES, stderr).toContain(code);
    if (code === 0) expect(jobsAfterwards.map(({ state }) => state)).toEqual(['saved']);

    await recover(at, argv);

    const { accepted, duplicates, unhandled } = at.fal.ledger();
    expect({ accepted: accepted.length, duplicates, unhandled }).toEqual({
      accepted: 1,
      duplicates: 0,
      unhandled: [],
    });
    const results = resultsOf(argv);
    const left = (await leftIn(at.cwd)).filter((name) => name !== 'logo.png');
    expect(left).toEqual([...results].sort());
    const jobs = await jobsIn(at.stateDir);
    expect(jobs.filter(({ state }) => isUnfinished(state))).toEqual([]);
    const saved = jobs.filter(({ state }) => state === 'saved');
    const images = await Promise.all(
      results.map(async (name) => {
        const file = path.join(at.cwd, name);
        return { path: file, sha256: await sha256Of(file), bytes: (await stat(file)).size };
      }),
    );
    expect(saved).toMatchObject([{ requestId: accepted[0]!.request_id, images }]);
    const received = await sha256AtFal(saved[0]!);
    expect(saved[0]?.images.map(({ receivedSha256 }) => receivedSha256)).toEqual(received);
    if (argv === FINISHED) {
      await expectFinished(path.join(at.cwd, 'out.png'), at);
      return;
    }
    expect(images.map(({ sha256 }) => sha256)).toEqual(received);
    for (const { bytes } of images) expect(bytes).toBeGreaterThanOrEqual(200_000);
  } finally {
    await at.fal.close();
  }
}

/** The transparency of the input is back, and soon nothing that was kept for it is left. */
async function expectFinished(file: string, at: Place): Promise<void> {
  const { stateDir } = at;
  const { channels } = await sharp(file).stats();
  expect(channels.map(({ min, max }) => [min, max]).at(3)).toEqual([127, 127]);
  // A run that was killed just before it removed them leaves them to the next edit.
  await command(at, ['cat.png', '-p', 'another', '-o', 'another.png']);
  expect((await readdir(stateDir)).filter((name) => name.endsWith('-inputs'))).toEqual([]);
}

/** One step in eight unless told otherwise, or all of them. */
function endAtEach(
  steps: readonly string[],
  how: How,
  argv: readonly string[],
  count = Math.ceil(steps.length / 8),
): Promise<string[]> {
  const words = argv.map((word) => (path.isAbsolute(word) ? path.basename(word) : word)).join(' ');
  return tryEach(`${how} ${words}`, steps, count, (step) => endAt(step, how, argv));
}

/** A read leaves no mark, and after one mark is before the next: only fal does something in between. */
function marksAmong(steps: readonly string[]): string[] {
  const marks = steps.filter((step) => !step.startsWith('ledger read'));
  return marks.filter(
    (step, at) => step.startsWith('socket') || !/, after #/.test(step) || at === marks.length - 1,
  );
}

/** Those at which a full disk is noticed. */
const needRoom = (steps: readonly string[]): string[] =>
  steps.filter((step) => /^(file|ledger write).*(before|half of it) #\d+$/.test(step));

describe('every step of an edit', { timeout: 600_000 }, () => {
  test('is seen', async () => {
    const submit = 'POST queue.fal.run/fal-ai/flux-general/image-to-image';
    const steps = [
      'ledger write: job is intent, before #1',
      `socket write: ${submit}, before #1`,
      `socket write: ${submit}, after #1`,
      `socket piece: ${submit} #1`,
      'ledger write: job is accepted, before #1',
      'ledger write: job is accepted, after #1',
      'ledger write: job is completed, after #1',
      'socket piece: GET sandbox/files/…/….png #1',
      'file open: *.part, before #1',
      'file write: *.part, half of it #1',
      'file sync: *.part, after #1',
      'file link: out.png, before #1',
      'file link: out.png, after #1',
      'ledger write: job is saved, after #1',
    ];
    expect((await stepsOf(PLAIN)).filter((step) => steps.includes(step))).toEqual(steps);
    expect(await stepsOf(FORCED)).toContain('file rename: *.part, after #1');
  });

  test('killed there', async () => {
    const steps = marksAmong(await stepsOf(PLAIN));
    expect(await endAtEach(steps, 'kill', PLAIN)).toEqual([]);
  });

  test('failed there', async () => {
    expect(await endAtEach(await stepsOf(PLAIN), 'fail', PLAIN)).toEqual([]);
  });

  test('the disk is full from there on', async () => {
    const steps = needRoom(await stepsOf(PLAIN));
    expect(await endAtEach(steps, 'full', PLAIN)).toEqual([]);
  });

  test('of a result that is changed before it is saved', async () => {
    const steps = await stepsOf(FINISHED);
    expect(steps.filter((step) => /^file rename: .*-inputs.*\.part, after #1$/.test(step))).toHaveLength(1);
    const marks = steps.filter((step) => /^(file|ledger write)/.test(step) && !/, after #/.test(step));
    expect(await endAtEach(marks, 'kill', FINISHED)).toEqual([]);
    const files = steps.filter((step) => step.startsWith('file') && step.includes('-inputs'));
    expect(await endAtEach(files, 'fail', FINISHED)).toEqual([]);
    expect(await endAtEach(files, 'full', FINISHED)).toEqual([]);
  });

  test('where a file is replaced', async () => {
    const steps = (await stepsOf(FORCED)).filter((step) => step.startsWith('file rename: *.part'));
    expect(await endAtEach(steps, 'kill', FORCED)).toEqual([]);
    expect(await endAtEach(steps, 'fail', FORCED)).toEqual([]);
  });

  test.each(BY_SCHEMA)('of a model with two outputs, by %s', async (_, argv) => {
    const steps = await stepsOf(argv);
    expect(steps.some((step) => step.startsWith('socket write: GET api.fal.ai/v1/models,'))).toBe(
      argv === MASKED,
    );
    expect(steps.filter((step) => /^file link: out(\.mask_image)?\.png, after #1$/.test(step))).toHaveLength(
      2,
    );
    expect(await endAtEach(marksAmong(steps), 'kill', argv, 4)).toEqual([]);
    expect(await endAtEach(steps, 'fail', argv, 3)).toEqual([]);
    expect(await endAtEach(needRoom(steps), 'full', argv, 2)).toEqual([]);
  });
});
