import type { Database } from './database.js';

/** When a write has to survive a power cut: before anything continues, or with the next write that has to. */
export type Durability = 'at once' | 'soon';

interface Member {
  durability: Durability;
  write: () => unknown;
  resolve: (value: unknown) => void;
  reject: (reason: unknown) => void;
}

/**
 * Writes that come in the same moment are one transaction, and wait for the disk together. In a batch many edits are
 * at the same step at once, and the wait is the most expensive part of writing.
 */
export class CommitGroup {
  private members: Member[] = [];

  constructor(private readonly db: Database) {}

  /**
   * Resolves with the write's return value after the commit. A write that throws fails by itself, and must have
   * left nothing half done; if the transaction fails, all of them fail and none is written.
   */
  add<T>(durability: Durability, write: () => T): Promise<T> {
    return new Promise<unknown>((resolve, reject) => {
      this.members.push({ durability, write, resolve, reject });
      // Other writes of this moment are still to come.
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

  /** Writes, and returns a function that reports the result after the commit. */
  private settlementOf({ write, resolve, reject }: Member): () => void {
    let settle: () => void;
    try {
      const value = write();
      settle = () => resolve(value);
    } catch (reason) {
      settle = () => reject(reason);
    }
    // Some errors, such as a full disk, also undo the writes of the others.
    if (!this.db.isInTransaction) throw new Error('an error has ended the transaction');
    return settle;
  }
}
