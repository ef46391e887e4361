import { mkdir, readFile, rm, truncate, writeFile, appendFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { resultOf } from '../../../src/batch/run/result.js';
import type { ResultRow } from '../../../src/batch/rows/result-row.js';
import { ResultsFile } from '../../../src/batch/folder/results-file.js';
import { FalEditError } from '../../../src/errors/error.js';
import { findRow } from '../../../src/ledger/batch/states.js';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { openBatch } from '../../ledger/batch/rows.js';
import { jobIn } from '../../ledger/machine.js';
import { allRows, batchFolder, planInto } from '../planning.js';

interface Scene {
  ledger: Ledger;
  outDir: string;
  file: string;
  keys: string[];
  /** Makes a row come to an end, in order of time. */
  endRow: (index: number, state?: 'saved' | 'failed') => void;
}

async function scene(rows = 3, prompt = 'snow'): Promise<Scene> {
  const { outDir } = await batchFolder();
  let now = Date.now();
  const ledger = await openBatch(outDir, { now: () => (now += 10) });
  await planInto(
    ledger,
    Array.from({ length: rows }, (_, index) => ({ prompt: `${prompt} ${index}`, id: `row ${index}` })),
  );
  const keys = allRows(ledger).map(({ key }) => key);
  return {
    ...{ ledger, outDir, file: path.join(outDir, 'results.jsonl'), keys },
    endRow: (index, state = 'saved') => {
      jobIn(ledger, state, { askedHash: keys[index]!, prompt: `${prompt} ${index}` });
    },
  };
}

async function openAndClose({ outDir, ledger }: Scene): Promise<void> {
  await (await ResultsFile.open(outDir, ledger)).close();
}

const textIn = ({ file }: Scene): Promise<string> => readFile(file, 'utf8');

/** Every line, read as what it must be. */
async function linesIn(scene: Scene): Promise<ResultRow[]> {
  const text = await textIn(scene);
  expect(text === '' || text.endsWith('\n')).toBe(true);
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as ResultRow);
}

const idsIn = async (scene: Scene): Promise<(string | null)[]> => (await linesIn(scene)).map(({ id }) => id);

describe('The file of results', () => {
  it('is made empty where nothing has ended', async () => {
    const batch = await scene();
    await openAndClose(batch);
    expect(await textIn(batch)).toBe('');
  });

  it('gets a line for each row that a killed run has left out, in the order of ending', async () => {
    const batch = await scene();
    for (const index of [2, 0]) batch.endRow(index);
    batch.endRow(1, 'failed');
    await openAndClose(batch);
    expect(await idsIn(batch)).toEqual(['row 2', 'row 0', 'row 1']);
    const [first] = await linesIn(batch);
    expect(first).toEqual(resultOf(findRow(batch.ledger, batch.keys[2]!)!, batch.outDir));
  });

  it('gets no line twice, however often it is opened', async () => {
    const batch = await scene();
    batch.endRow(0);
    await openAndClose(batch);
    batch.endRow(1);
    await openAndClose(batch);
    await openAndClose(batch);
    expect(await idsIn(batch)).toEqual(['row 0', 'row 1']);
  });

  it('has whole lines in the order in which they were handed over', async () => {
    const batch = await scene(40, 'x'.repeat(70_000));
    const results = await ResultsFile.open(batch.outDir, batch.ledger);
    batch.keys.forEach((_, index) => batch.endRow(index));
    await Promise.all(allRows(batch.ledger).map((row) => results.append(resultOf(row, batch.outDir))));
    await results.close();
    expect(await idsIn(batch)).toEqual(batch.keys.map((_, index) => `row ${index}`));
  });

  it('waits for lines under way before it is closed', async () => {
    const batch = await scene();
    batch.endRow(0);
    const results = await ResultsFile.open(batch.outDir, batch.ledger);
    void results.append(resultOf(findRow(batch.ledger, batch.keys[1]!)!, batch.outDir));
    await results.close();
    expect(await idsIn(batch)).toEqual(['row 0', 'row 1']);
  });

  it('has another line for a row that was tried once more', async () => {
    const batch = await scene();
    batch.endRow(0, 'failed');
    await openAndClose(batch);
    batch.endRow(0);
    await openAndClose(batch);
    expect((await linesIn(batch)).map(({ id, state }) => [id, state])).toEqual([
      ...[
        ['row 0', 'failed'],
        ['row 0', 'done'],
      ],
    ]);
  });

  it('is made anew where it was taken away', async () => {
    const batch = await scene();
    batch.endRow(0);
    await openAndClose(batch);
    await rm(batch.file);
    await openAndClose(batch);
    expect(await idsIn(batch)).toEqual(['row 0']);
  });

  it('keeps lines of rows that the manifest does not have any more', async () => {
    const batch = await scene();
    batch.endRow(0);
    await openAndClose(batch);
    await planInto(batch.ledger, [{ prompt: 'snow 1', id: 'row 1' }]);
    batch.endRow(1);
    await openAndClose(batch);
    expect(await idsIn(batch)).toEqual(['row 0', 'row 1']);
  });
});

describe('A file of results that was complete when it was closed', () => {
  it('is not read again while nothing has changed', async () => {
    const batch = await scene();
    batch.endRow(0);
    await openAndClose(batch);
    batch.ledger.db.exec('DROP TABLE temp.reported');
    await openAndClose(batch);
    expect(batch.ledger.db.row("SELECT 1 FROM temp.sqlite_master WHERE name = 'reported'")).toBeUndefined();
    expect(await idsIn(batch)).toEqual(['row 0']);
  });

  it('is read again when somebody has changed it', async () => {
    const batch = await scene();
    for (const index of [0, 1]) batch.endRow(index);
    await openAndClose(batch);
    const [first = ''] = (await textIn(batch)).split('\n');
    await writeFile(batch.file, `${first}\n`);
    await openAndClose(batch);
    expect(await idsIn(batch)).toEqual(['row 0', 'row 1']);
  });

  it('never counts as such while a row that ended has no line', async () => {
    const batch = await scene();
    const results = await ResultsFile.open(batch.outDir, batch.ledger);
    // Whatever stopped the run has stopped it between the two.
    batch.endRow(0);
    await results.close();
    await openAndClose(batch);
    expect(await idsIn(batch)).toEqual(['row 0']);
  });

  it('gets the line of a row that had left the manifest and came back', async () => {
    const batch = await scene();
    const all = [0, 1, 2].map((index) => ({ prompt: `snow ${index}`, id: `row ${index}` }));
    batch.endRow(0);
    await planInto(batch.ledger, all.slice(1));
    await openAndClose(batch);
    expect(await idsIn(batch)).toEqual([]);
    await planInto(batch.ledger, all);
    await openAndClose(batch);
    expect(await idsIn(batch)).toEqual(['row 0']);
  });
});

describe('A last line', () => {
  it('that was torn, at whichever byte, is made whole', async () => {
    const batch = await scene(3, 'snow 🐈 "ünd" \\ {"job":"j1"}\n\u2028');
    for (const index of [0, 1, 2]) batch.endRow(index);
    await openAndClose(batch);
    const whole = await readFile(batch.file);
    const lastLine = whole.lastIndexOf(10, whole.length - 2) + 1;
    for (let length = lastLine; length <= whole.length; length++) {
      await truncate(batch.file, length);
      await openAndClose(batch);
      if (!(await readFile(batch.file)).equals(whole))
        expect.fail(`cut off after ${length - lastLine} bytes`);
    }
  });

  it('that was torn, and is longer than what is looked through at once, is made whole', async () => {
    const batch = await scene(2, 'x'.repeat(200_000));
    for (const index of [0, 1]) batch.endRow(index);
    await openAndClose(batch);
    const whole = await readFile(batch.file);
    for (const missing of [2, 65_535, 65_536, 65_537, 131_072, 200_000]) {
      await truncate(batch.file, whole.length - missing);
      await openAndClose(batch);
      expect((await readFile(batch.file)).equals(whole)).toBe(true);
    }
  });

  it('that was torn, and is the only one, is made whole', async () => {
    const batch = await scene(1);
    batch.endRow(0);
    await openAndClose(batch);
    for (const length of [1, 100]) {
      await truncate(batch.file, length);
      await openAndClose(batch);
      expect(await idsIn(batch)).toEqual(['row 0']);
    }
  });

  it('that is whole, but for its end, gets it', async () => {
    const batch = await scene();
    batch.endRow(0);
    await openAndClose(batch);
    await truncate(batch.file, (await textIn(batch)).length - 1);
    batch.endRow(1);
    await openAndClose(batch);
    expect(await idsIn(batch)).toEqual(['row 0', 'row 1']);
  });

  it('of zeros, as a power cut leaves them, is taken away', async () => {
    const batch = await scene();
    batch.endRow(0);
    await openAndClose(batch);
    const before = await textIn(batch);
    await appendFile(batch.file, Buffer.alloc(500));
    await openAndClose(batch);
    expect(await textIn(batch)).toBe(before);
  });
});

describe('A line', () => {
  it.each([
    '"job":"',
    '{"schema_version":1,"key":"a","job":"',
    '\\","job":"',
    '\n{"schema_version":1,"key":"a","job":"',
  ])('whose prompt speaks of another row’s job stands for its own alone: %j', async (start) => {
    const batch = await scene(2);
    batch.endRow(0);
    const job = findRow(batch.ledger, batch.keys[0]!)!.job!;
    await planInto(batch.ledger, [
      { prompt: 'snow 0', id: 'row 0' },
      { prompt: `${start}${job.id}"`, id: `x${start}${job.id}"`.slice(0, 99) },
    ]);
    const second = allRows(batch.ledger)[1]!;
    jobIn(batch.ledger, 'failed', { askedHash: second.key });
    const results = await ResultsFile.open(batch.outDir, batch.ledger);
    await results.close();
    await writeFile(batch.file, `${(await textIn(batch)).split('\n')[1]!}\n`);
    await openAndClose(batch);
    expect((await linesIn(batch)).map(({ key }) => key)).toEqual([second.key, batch.keys[0]]);
  });

  it('that is none of ours is left alone', async () => {
    const batch = await scene();
    batch.endRow(0);
    await writeFile(batch.file, 'a note of mine\n{"job":"j1"}\n\n');
    await openAndClose(batch);
    const lines = (await textIn(batch)).split('\n');
    expect(lines.slice(0, 3)).toEqual(['a note of mine', '{"job":"j1"}', '']);
    expect((JSON.parse(lines[3]!) as ResultRow).id).toBe('row 0');
  });
});

describe('A file of results that cannot be written', () => {
  it('is told of before anything is sent', async () => {
    const batch = await scene();
    await mkdir(batch.file);
    await expect(ResultsFile.open(batch.outDir, batch.ledger)).rejects.toMatchObject({
      ...{ kind: 'input', charged: 'no' },
      message: `${batch.file} cannot be written (EISDIR). Nothing was sent.`,
    });
  });

  it('is told of in our words while rows come home: then, and each time after', async () => {
    const batch = await scene();
    const results = await ResultsFile.open(batch.outDir, batch.ledger);
    batch.endRow(0);
    const line = resultOf(findRow(batch.ledger, batch.keys[0]!)!, batch.outDir);
    await results.close();
    // What a full disk does to it, a file that is closed does as well.
    for (const time of [1, 2]) {
      const error = await results.append(line).catch((thrown: unknown) => thrown);
      expect(error, `time ${time}`).toBeInstanceOf(FalEditError);
      expect(error).toMatchObject({ kind: 'failed', charged: 'maybe', details: { target: batch.file } });
      expect((error as Error).message).toMatch(/results\.jsonl cannot be written \(\w+\)\.$/);
    }
  });
});
