import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { reopenMissing } from '../../../src/batch/folder/missing.js';
import { reopenJob, savedFiles } from '../../../src/ledger/batch/saved.js';
import { findRow } from '../../../src/ledger/batch/states.js';
import { isAwaited } from '../../../src/ledger/job.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { tempDir } from '../../support/temp-dir.js';
import { intend, jobIn, newRequestId, picture, plan } from '../machine.js';
import { openBatch, readManifest } from './rows.js';

/** A row that is done, with these files of the out-dir. */
async function doneRow(ledger: Ledger, key: string, ...names: string[]): Promise<string> {
  const id = plan(ledger, { askedHash: key });
  intend(ledger, id);
  ledger.accept(id, newRequestId());
  const files = names.map((name) => path.join(ledger.root!, name));
  ledger.complete(id, { result: { images: names }, billedUnits: 1, billedUsd: 0.1, targets: () => files });
  for (const [index, file] of files.entries()) {
    await writeFile(file, 'a picture');
    ledger.saveImage(id, picture(index, file));
  }
  return id;
}

async function batch(): Promise<{ ledger: Ledger; folder: string; one: string; pair: string }> {
  const folder = await tempDir();
  const ledger = await openBatch(folder);
  readManifest(ledger, ['one', 'pair', 'open']);
  const one = await doneRow(ledger, 'one', 'one.png');
  const pair = await doneRow(ledger, 'pair', 'pair.png', 'pair.2.png');
  jobIn(ledger, 'completed', { askedHash: 'open' });
  await doneRow(ledger, 'left out', 'old.png');
  return { ledger, folder, one, pair };
}

const statesIn = (ledger: Ledger): unknown[] =>
  ['one', 'pair', 'open'].map((key) => findRow(ledger, key)?.state);

describe('The pictures of rows that are done', () => {
  it('are those that are saved and belong to a row of the manifest', async () => {
    const { ledger, folder, one, pair } = await batch();
    expect([...savedFiles(ledger)]).toEqual([
      { job: one, file: path.join(folder, 'one.png') },
      { job: pair, file: path.join(folder, 'pair.png') },
      { job: pair, file: path.join(folder, 'pair.2.png') },
    ]);
  });

  it('are waited for again where they are gone, and nothing else is', async () => {
    const { ledger, folder, one, pair } = await batch();
    await rm(path.join(folder, 'pair.2.png'));
    reopenMissing(ledger);
    expect(statesIn(ledger)).toEqual(['done', 'waiting', 'waiting']);
    const { state, images, result, billedUsd, charged, endedAt, requestId } = ledger.mustFind(pair);
    expect(isAwaited(state)).toBe(true);
    expect(images.map(({ path: file, target }) => [file, target])).toEqual([
      [undefined, path.join(folder, 'pair.png')],
      [undefined, path.join(folder, 'pair.2.png')],
    ]);
    // fal's answer and what it cost stay.
    expect({ result, billedUsd, charged, endedAt }).toEqual({
      ...{
        result: { images: ['pair.png', 'pair.2.png'] },
        billedUsd: 0.1,
        charged: 'yes',
        endedAt: undefined,
      },
    });
    expect(requestId).toBeDefined();
    expect(ledger.mustFind(one).state).toBe('saved');
  });

  it('are the user’s own to change: another content is no reason', async () => {
    const { ledger, folder } = await batch();
    await writeFile(path.join(folder, 'one.png'), '');
    reopenMissing(ledger);
    expect(statesIn(ledger)).toEqual(['done', 'done', 'waiting']);
  });

  it('are gone as well where another row has put its own in their place, and that one stays', async () => {
    const folder = await tempDir();
    let now = 1000;
    const ledger = await openBatch(folder, { now: () => (now += 10) });
    readManifest(ledger, ['one', 'two', 'three']);
    const one = await doneRow(ledger, 'one', 'same.png');
    await doneRow(ledger, 'two', 'same.png');
    await doneRow(ledger, 'three', 'other.png');
    const states = (): unknown[] => ['one', 'two', 'three'].map((key) => findRow(ledger, key)?.state);
    reopenMissing(ledger);
    expect(states()).toEqual(['waiting', 'done', 'done']);
    ledger.saveImage(one, picture(0, path.join(folder, 'same.2.png')));
    await writeFile(path.join(folder, 'same.2.png'), 'a picture');
    reopenMissing(ledger);
    expect(states()).toEqual(['done', 'done', 'done']);
  });

  it('are where they were in a row that was made twice, and whose pictures are the same', async () => {
    const ledger = await openBatch();
    readManifest(ledger, ['one']);
    await doneRow(ledger, 'one', 'same.png');
    await doneRow(ledger, 'one', 'same.png');
    reopenMissing(ledger);
    expect(findRow(ledger, 'one')?.state).toBe('done');
  });

  it('are no loss where the manifest does not have their row any more', async () => {
    const { ledger, folder } = await batch();
    await rm(path.join(folder, 'old.png'));
    reopenMissing(ledger);
    expect(findRow(ledger, 'left out')).toBeUndefined();
    expect(
      ledger.db.rows("SELECT id FROM jobs WHERE asked_hash = 'left out' AND state = 'saved'"),
    ).toHaveLength(1);
  });

  it('make their row done again once they are here again', async () => {
    const { ledger, folder, pair } = await batch();
    reopenJob(ledger, pair);
    ledger.saveImage(pair, picture(0, path.join(folder, 'pair.png')));
    expect(statesIn(ledger)).toEqual(['done', 'waiting', 'waiting']);
    ledger.saveImage(pair, picture(1, path.join(folder, 'pair.2.png')));
    expect(statesIn(ledger)).toEqual(['done', 'done', 'waiting']);
  });
});

it('only a job that was saved is opened again', async () => {
  const ledger = await openBatch();
  for (const state of ['accepted', 'failed', 'moderated', 'cancelled', 'rejected'] as const) {
    const { id } = jobIn(ledger, state);
    reopenJob(ledger, id);
    expect(ledger.mustFind(id).state).toBe(state);
  }
});
