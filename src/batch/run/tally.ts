import type { RowState } from '../../ledger/batch/states.js';
import type { BatchEvent } from '../events.js';
import type { ResultRow } from '../rows/result-row.js';
import type { Standing } from './summary.js';

/** Where the estimate for a row is counted. */
type Account = 'pending' | 'outstanding';

interface OpenRow {
  state: RowState;
  usd: number;
  account: Account | undefined;
}

/**
 * Where the rows of a batch are by what its run has seen happen: for the end of a run whose ledger cannot be read any
 * more. In doubt a row counts as further than it is: unknown from the moment that it may be sent.
 */
export class Tally {
  private known: Standing;
  /** Rows under way, by key. */
  private readonly open = new Map<string, OpenRow>();

  /** @param standing by the ledger, before the run */
  constructor(standing: Standing) {
    this.known = copyOf(standing);
  }

  get standing(): Standing {
    const { states, costs, sandbox } = this.known;
    const { billed, outstanding, pending } = costs;
    // Sums of dollars have dust in them, on both sides of nothing.
    const free = (usd: number): number => Math.max(0, usd);
    return copyOf({
      ...{ states, sandbox },
      costs: { billed: free(billed), outstanding: free(outstanding), pending: free(pending) },
    });
  }

  /** Once more by the ledger: rows have changed without an event. */
  restart(standing: Standing): void {
    this.known = copyOf(standing);
    this.open.clear();
  }

  note(event: BatchEvent): void {
    switch (event.type) {
      case 'begun':
        // One that is tried again is where its first try has left it.
        if (!this.open.has(event.row.key)) this.open.set(event.row.key, openRow(event));
        break;
      case 'step':
        this.noteStep(event.row.key, event.event.type);
        break;
      case 'left':
        this.move(event.row.key, 'waiting', 'outstanding');
        this.open.delete(event.row.key);
        break;
      case 'retrying':
        // Only what was provably not taken is.
        this.move(event.row.key, 'pending', 'pending');
        break;
      case 'ended':
      case 'open':
        this.settle(event.row.key, event.result);
        break;
      case 'started':
      case 'stopped':
        break;
    }
  }

  private noteStep(key: string, type: string): void {
    if (type === 'submitting') this.move(key, 'unknown', 'outstanding');
    if (type === 'accepted' || type === 'resumed' || type === 'unrecorded') {
      this.move(key, 'waiting', 'outstanding');
    }
  }

  private settle(key: string, { state, cost, error }: ResultRow): void {
    if (!this.open.has(key)) {
      // Its pictures were measured anew: it is paid for.
      this.known.states.done--;
      this.known.states[state]++;
      return;
    }
    const isOpen = state === 'pending' || state === 'waiting' || state === 'unknown';
    const billed = !isOpen && error?.charged === 'no' ? 0 : cost.billed_usd;
    this.known.costs.billed += billed ?? 0;
    this.move(key, state, state === 'pending' ? 'pending' : billed === null ? 'outstanding' : undefined);
    this.open.delete(key);
  }

  private move(key: string, state: RowState, account: Account | undefined): void {
    const row = this.open.get(key);
    if (row === undefined) return;
    const { states, costs } = this.known;
    states[row.state]--;
    states[state]++;
    if (row.account !== undefined) costs[row.account] -= row.usd;
    if (account !== undefined) costs[account] += row.usd;
    Object.assign(row, { state, account });
  }
}

function openRow({ state, usd, attached }: Extract<BatchEvent, { type: 'begun' }>): OpenRow {
  return { state, usd, account: state === 'pending' ? 'pending' : attached ? 'outstanding' : undefined };
}

function copyOf({ states, costs, sandbox }: Standing): Standing {
  return { states: { ...states }, costs: { ...costs }, sandbox };
}
