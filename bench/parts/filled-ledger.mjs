import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { BIN, env, PHOTO, wall } from '../measure.mjs';

/** A ledger with so many saved jobs, made by the program's own schema and then copied row by row. */
export async function fill(state, rows) {
  await mkdir(state, { recursive: true, mode: 0o700 });
  const argv = [
    BIN,
    PHOTO,
    '-p',
    'a watercolor',
    '--sandbox',
    '-q',
    '-o',
    path.join(state, '{request_id}.png'),
  ];
  if (rows > 0) await wall(argv, { ...env, FAL_EDIT_STATE_DIR: state, FAL_EDIT_INFERENCE_TIME: '1ms' });
  if (rows < 2) return;
  const { DatabaseSync } = await import('@photostructure/sqlite');
  const db = new DatabaseSync(path.join(state, 'ledger.db'));
  const copied = (table, changed) => {
    const columns = db
      .prepare(`SELECT name FROM pragma_table_info('${table}')`)
      .all()
      .map(({ name }) => name);
    const others = columns.filter((name) => name !== 'seq');
    const values = others.map((name) => changed[name] ?? name);
    db.exec(`WITH RECURSIVE n (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM n WHERE n < ${rows})
             INSERT INTO ${table} (${others.join(', ')}) SELECT ${values.join(', ')}
             FROM n, (SELECT * FROM ${table} LIMIT 1)`);
  };
  db.exec('BEGIN');
  copied('jobs', { id: "'j' || n", request_id: "'r' || n", asked_hash: "'h' || n" });
  copied('images', { job_id: "'j' || n", target: "'/' || n", path: "'/' || n" });
  db.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)');
  db.close();
}
