import { expect, test } from 'vitest';
import { outDirProblem } from '../../../src/batch/folder/out-dir.js';
import { keptPath } from '../../../src/ledger/rows.js';

const OUTSIDE = 'is outside the out-dir, where all files of a batch belong';
const OWN = 'is a name that the batch uses for its own files';

test.each([
  ['/out/cat.png', undefined],
  ['/out/a/b/cat.png', undefined],
  ['/out/a/../cat.png', undefined],
  ['/out/..cat.png', undefined],
  // The names of the batch's own files are free in folders.
  ['/out/pictures/ledger.db', undefined],
  ['/out/ledger.dbx', undefined],
  ['/out/my-results.jsonl', undefined],
  ['/out/report.png', undefined],
  ['/cat.png', OUTSIDE],
  ['/output/cat.png', OUTSIDE],
  ['/out/../cat.png', OUTSIDE],
  ['/out/ledger.db', OWN],
  ['/out/ledger.db-wal', OWN],
  ['/out/ledger.db-shm', OWN],
  ['/out/ledger.db-journal', OWN],
  ['/out/batch.lock', OWN],
  ['/out/batch.lock-journal', OWN],
  ['/out/results.jsonl', OWN],
  ['/out/summary.json', OWN],
  ['/out/report.html', OWN],
  ['/out/report-files/cat.png', OWN],
  // Many file systems take these for the same.
  ['/out/Ledger.DB', OWN],
  ['/out/Report-Files/cat.png', OWN],
])('%s: %s', (file, problem) => {
  const words = outDirProblem(keptPath(file, '/out'));
  if (problem === undefined) expect(words).toBeUndefined();
  else expect(words).toBe(`${problem === OWN ? file.replace('/out/', '') : file} ${problem}`);
});
