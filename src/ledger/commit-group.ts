import type { Database } from './database.js';

/** When a write must survive a power cut: before anything continues, or together with the next write that must. */
export type Durability = 'at once' | 'soon';

interface Member {
  durability: Durability;
  write: () => unknown;
  resolve: (value: unknown) => void;
  reject: (reason: unknown) => void;
}

/**
 * Groups writes of the same moment into one transaction, with one wait for the disk. In a batch many edits reach the
 * same step at once, and the wait is the slowest part of writing.
 */
export class CommitGroup {
  private members: Member[] = [];

  constructor(private readonly db: Database) {}

  /**
   * Resolves with the write's return value after the commit. A write that throws rejects only its own promise, and
   * must leave nothing half done; if the transaction fails, all are rejected and nothing is written.
   */
  add<T>(durability: Durability, write: () => T): Promise<T> {
    return new Promise<unknown>((resolve, reject) => {
      this.members.push({ durability, write, resolve, reject });
      // Other writes of this moment may follow.
      if (this.members.length === 1) setImmediate(() => this.commit());
    }) as Promise<T>;
  }

  private commit(): void {
    const members = this.members.splice(0);
    const all = (): (() => void)[] => members.map((member) => this.settlementOf(member));
    try {
      const settlements = members.some(({ durability }) => durability === 'at once')
        ? this.db.transaction(all)
        : this.db.relaxedTransaction(all);
      this.db.onCommitted?.();
      for (const settle of settlements) settle();
    } catch (error) {
      for (const { reject } of members) reject(error);
    }
  }

  /** Runs the write, and returns a function that settles its promise after the commit. */
  private settlementOf({ write, resolve, reject }: Member): () => void {
    let settle: () => void;
    try {
      const value = write();
      settle = () => resolve(value);
    } catch (reason) {
      settle = () => reject(reason);
    }
    // Some errors, such as a full disk, also undo the other writes.
    if (!this.db.isInTransaction) throw new Error('an error has ended the transaction');
    return settle;
  }
}
