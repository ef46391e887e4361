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
import { sha256AtFal, sha256Of } from '../torture/whole.js';
import { command, hooked, noted, place, tryEach, type How, type Place } from './nth-step.js';

const PLAIN = ['cat.png', '-p', 'a watercolor', '-o', 'out.png'];
/** A name that is overwritten is given by another step than one that is new. */
const FORCED = [...PLAIN, '--force'];

/** What can be the end of a command that could not do more than it was let. */
const USUAL_CODES = [0, 1, 2, 7, 9];

/** A result that is changed before it is saved. Its input is in every {@link placeWithLogo}. */
const FINISHED = ['logo.png', '-p', 'a watercolor', '-o', 'out.png', '--alpha', 'keep', '--seed', '7'];

async function placeWithLogo(): Promise<Place> {
  const at = await place();
  const logo = sharp('examples/chelsea.png').resize(96, 64).removeAlpha();
  await logo.ensureAlpha(0.5).png().toFile(path.join(at.cwd, 'logo.png'));
  return at;
}

const placeFor = (argv: readonly string[]) => (argv === FINISHED ? placeWithLogo() : place());

/** The names of all steps of a command, in the order in which they come. */
async function stepsOf(argv: readonly string[]): Promise<string[]> {
  const at = await placeFor(argv);
  try {
    expect(await hooked(at, argv)).toMatchObject({ code: 0, stdout: 'out.png\n' });
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
    expect((await leftIn(at.cwd)).filter((name) => name !== 'logo.png')).toEqual(['out.png']);
    const jobs = await jobsIn(at.stateDir);
    expect(jobs.filter(({ state }) => isUnfinished(state))).toEqual([]);
    const saved = jobs.filter(({ state }) => state === 'saved');
    const file = path.join(at.cwd, 'out.png');
    const [sha256, { size: bytes }] = await Promise.all([sha256Of(file), stat(file)]);
    expect(saved).toMatchObject([
      { requestId: accepted[0]!.request_id, images: [{ path: file, sha256, bytes }] },
    ]);
    const [received] = await sha256AtFal(saved[0]!);
    expect(saved[0]?.images[0]?.receivedSha256).toBe(received);
    if (argv === FINISHED) await expectFinished(file, at);
    else expect(sha256).toBe(received);
    if (argv !== FINISHED) expect(bytes).toBeGreaterThanOrEqual(200_000);
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

/** One step in eight, or all of them. */
const endAtEach = (steps: readonly string[], how: How, argv: readonly string[]): Promise<string[]> =>
  tryEach(`${how} ${argv.join(' ')}`, steps, Math.ceil(steps.length / 8), (step) => endAt(step, how, argv));

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
    // A read leaves no mark, and after one mark is before the next: only fal does something in between.
    const marks = (await stepsOf(PLAIN)).filter((step) => !step.startsWith('ledger read'));
    const steps = marks.filter(
      (step, at) => step.startsWith('socket') || !/, after #/.test(step) || at === marks.length - 1,
    );
    expect(await endAtEach(steps, 'kill', PLAIN)).toEqual([]);
  });

  test('failed there', async () => {
    expect(await endAtEach(await stepsOf(PLAIN), 'fail', PLAIN)).toEqual([]);
  });

  test('the disk is full from there on', async () => {
    const steps = (await stepsOf(PLAIN)).filter((step) =>
      /^(file|ledger write).*(before|half of it) #\d+$/.test(step),
    );
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
});
