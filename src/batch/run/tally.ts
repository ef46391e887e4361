import type { RowState } from '../../ledger/batch/states.js';
import type { BatchEvent } from '../events.js';
import type { ResultRow } from '../rows/result-row.js';
import type { Standing } from './summary.js';

/** The cost that a row's estimate is counted in. */
type Account = 'pending' | 'outstanding';

interface OpenRow {
  state: RowState;
  usd: number;
  account: Account | undefined;
}

/**
 * Counts rows by state from a run's events, in case its ledger becomes unreadable. If in doubt it assumes the more
 * advanced state: a row is unknown as soon as it may have been sent.
 */
export class Tally {
  private known: Standing;
  /** Open rows, by key. */
  private readonly open = new Map<string, OpenRow>();

  /** @param standing from the ledger, before the run */
  constructor(standing: Standing) {
    this.known = copyOf(standing);
  }

  get standing(): Standing {
    const { states, costs, sandbox } = this.known;
    const { billed, outstanding, pending } = costs;
    // Rounding errors can make sums of dollars slightly negative.
    const free = (usd: number): number => Math.max(0, usd);
    return copyOf({
      ...{ states, sandbox },
      costs: { billed: free(billed), outstanding: free(outstanding), pending: free(pending) },
    });
  }

  /** Starts over from the ledger, after rows changed without an event. */
  restart(standing: Standing): void {
    this.known = copyOf(standing);
    this.open.clear();
  }

  note(event: BatchEvent): void {
    switch (event.type) {
      case 'begun':
        // A retried row keeps the state in which its first try left it.
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
        // Only rows that were provably not accepted are retried.
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
      // A finished row whose pictures were measured again: it costs nothing.
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
