/*
 * Every step of saving an answer with several outputs, ended there by SIGKILL or an error of the system: whatever the
 * step was, every file is there once and whole in the end, and nothing else is left behind.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { isUnfinished, type Job } from '../../src/ledger/job.js';
import { leftIn } from '../edit/harness.js';
import { fileServer, picture, ZIP } from '../edit/pictures/files.js';
import { front, isResult, sendJson } from '../fal/servers.js';
import { jobsIn } from '../support/ledger.js';
import { command, hooked, noted, place, strayFiles, tryEach, type How, type Place } from './nth-step.js';

const EDIT = ['cat.png', '-p', 'a watercolor', '-o', 'out.png'];
const FILES: Record<string, Buffer> = {
  'out.png': await picture(96, 64),
  'out.mask.png': await picture(8, 8),
  'out.more.zip': ZIP,
};

/** A place whose result has a picture, a mask and an archive. */
async function placeWithOutputs(): Promise<Place> {
  const at = await place();
  const { file } = await fileServer(FILES);
  const answer = { image: file('out.png'), mask: file('out.mask.png'), more: file('out.more.zip') };
  const { url } = await front(
    at.fal,
    (visit, response) => isResult(visit) && sendJson(response, 200, answer),
  );
  return { ...at, env: { ...at.env, FAL_PROXY_URL: url } };
}

async function endAt(step: string, how: How): Promise<void> {
  const at = await placeWithOutputs();
  try {
    await hooked(at, EDIT, step, how);
    const isOpen = (jobs: readonly Job[]): boolean => jobs.some(({ state }) => isUnfinished(state));
    if (isOpen(await jobsIn(at.stateDir))) {
      const { code, stderr } = await command(at, ['wait', '--unfinished']);
      expect(code, stderr).toBe(0);
    }
    const [job, ...others] = await jobsIn(at.stateDir);
    expect([job?.state, others.length, at.fal.ledger().accepted.length]).toEqual(['saved', 0, 1]);
    expect(await leftIn(at.cwd)).toEqual(Object.keys(FILES).sort());
    for (const [name, bytes] of Object.entries(FILES)) {
      expect(bytes.equals(await readFile(path.join(at.cwd, name))), name).toBe(true);
    }
    expect(job?.images.map(({ path: file = '', field }) => [path.basename(file), field])).toEqual([
      ['out.png', undefined],
      ['out.mask.png', 'mask'],
      ['out.more.zip', 'more'],
    ]);
    expect(await strayFiles(at)).toEqual([]);
  } finally {
    await at.fal.close();
  }
}

test('of an answer with several outputs', { timeout: 600_000 }, async () => {
  const at = await placeWithOutputs();
  const { code, stdout, stderr } = await hooked(at, EDIT);
  expect([code, stdout.split('\n')], stderr).toEqual([0, ['out.png', 'out.mask.png', 'out.more.zip', '']]);
  const steps = await noted(at);
  await at.fal.close();
  const since = steps.indexOf('ledger write: job is completed, before #1');
  const marks = steps
    .slice(since)
    .filter((step) => /^(file|ledger write)/.test(step) && !/, after #/.test(step));
  expect(marks.filter((step) => step.startsWith('file link'))).toHaveLength(3);
  for (const how of ['kill', 'fail'] as const) {
    expect(await tryEach(`${how} several outputs`, marks, 8, (step) => endAt(step, how))).toEqual([]);
  }
});
