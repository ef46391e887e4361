import type { Database } from '../../ledger/database.js';

/**
 * The ids and file names claimed by the rows of one reading, and how often each edit is repeated. Kept in temporary
 * tables, since a manifest may have millions of rows.
 */
export class Claims {
  constructor(private readonly db: Database) {
    db.exec(`CREATE TEMP TABLE IF NOT EXISTS claimed_ids (id TEXT PRIMARY KEY, taken_by TEXT) WITHOUT ROWID;
      CREATE TEMP TABLE IF NOT EXISTS claimed_names (name TEXT PRIMARY KEY, taken_by TEXT) WITHOUT ROWID;
      CREATE TEMP TABLE IF NOT EXISTS next_numbers (name TEXT PRIMARY KEY, next INTEGER) WITHOUT ROWID;
      CREATE TEMP TABLE IF NOT EXISTS wishes (wish TEXT PRIMARY KEY, times INTEGER) WITHOUT ROWID;
      DELETE FROM claimed_ids; DELETE FROM claimed_names; DELETE FROM next_numbers; DELETE FROM wishes;`);
  }

  /** Claims an id. Returns the row that already has it; undefined if it was free. */
  claimId(id: string, where: string): string | undefined {
    return this.claim('claimed_ids', 'id', id, where);
  }

  /** Claims the path of a picture. Returns the row that already has it; undefined if it was free. */
  claimName(file: string, where: string): string | undefined {
    return this.claim('claimed_names', 'name', file, where);
  }

  /**
   * Claims the names with the first number for which all are free, and returns the number.
   *
   * @param first the path without a number
   * @param namesWith the paths with a number; 1 means no number
   */
  claimNumbered(first: string, namesWith: (number: number) => string[], where: string): number {
    for (;;) {
      const number = this.numberFor(first);
      if (this.claimNames(namesWith(number), where)) return number;
    }
  }

  /** Claims all of the names or none. */
  private claimNames(names: readonly string[], where: string): boolean {
    const [only] = names;
    // Usually there is only one name, which needs no lookup first.
    if (only !== undefined && names.length === 1) return this.claimName(only, where) === undefined;
    if (names.some((name) => this.isClaimed(name))) return false;
    for (const name of names) this.claimName(name, where);
    return true;
  }

  /** The next number to try for a name, from 1, increasing with each call. */
  private numberFor(name: string): number {
    const { next } = this.db.row(
      'INSERT INTO next_numbers VALUES (?, 1) ON CONFLICT DO UPDATE SET next = next + 1 RETURNING next',
      name,
    ) as { next: number };
    return next;
  }

  /** Number of earlier rows with the same wish. @param wish a hash, hexadecimal */
  ordinalOf(wish: string): number {
    const { times } = this.db.row(
      `INSERT INTO wishes VALUES (?, 1) ON CONFLICT DO UPDATE SET times = times + 1 RETURNING times`,
      // Half of the hash is unique enough, and faster to look up.
      wish.slice(0, 32),
    ) as { times: number };
    return times - 1;
  }

  private isClaimed(name: string): boolean {
    return this.db.row('SELECT 1 FROM claimed_names WHERE name = ?', name) !== undefined;
  }

  private claim(table: string, column: string, value: string, where: string): string | undefined {
    const taken = this.db.run(`INSERT INTO ${table} VALUES (?, ?) ON CONFLICT DO NOTHING`, value, where) > 0;
    if (taken) return undefined;
    const row = this.db.row(`SELECT taken_by FROM ${table} WHERE ${column} = ?`, value) as {
      taken_by: string;
    };
    return row.taken_by;
  }
}
