/* A disk without room for the picture. A limit on the size of a file stands for it: the ledger is smaller. */
import { sep } from 'node:path';
import { expect, test } from 'vitest';
import { folderWithPhoto, leftIn } from '../edit/harness.js';
import { builtStateIn, onlyJobIn } from '../support/ledger.js';
import { sandbox } from '../support/sandbox.js';
import { run, shell } from './spawned.js';

/** In units of 1024 bytes, as bash counts. */
const LIMIT = 600;

test.skipIf(sep === '\\')(
  'the picture does not fit: charged, nothing left behind, and fetched once it does',
  async () => {
    const fal = await sandbox({ renderPictures: false, pictureBytes: 2 * LIMIT * 1024 });
    const cwd = await folderWithPhoto();
    const options = { cwd, env: fal.env };
    const limited = await shell(
      `trap '' XFSZ; ulimit -f ${LIMIT}; fal-edit cat.png -p snow -o out.png`,
      options,
    );
    const { request_id: id } = fal.ledger().accepted[0]!;
    expect([limited.code, limited.stdout], limited.stderr).toEqual([1, '']);
    expect(limited.stderr).toMatch(
      /^error: The picture is ready, but cannot be written to .*out\.png: EFBIG/m,
    );
    expect(limited.stderr).toMatch(/^charged: yes$/m);
    expect(limited.stderr).toContain(`fal-edit wait ${id}`);
    expect(await leftIn(cwd)).toEqual([]);
    expect(await onlyJobIn(builtStateIn(cwd))).toMatchObject({
      state: 'completed',
      requestId: id,
      charged: 'yes',
    });

    const again = await run(['cat.png', '-p', 'snow', '-o', 'out.png'], options);
    expect([again.code, again.stdout, fal.ledger().accepted.length]).toEqual([0, 'out.png\n', 1]);
    expect(await leftIn(cwd)).toEqual(['out.png']);
  },
);
