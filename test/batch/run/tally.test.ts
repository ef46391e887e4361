import { describe, expect, it } from 'vitest';
import { Tally } from '../../../src/batch/run/tally.js';
import { standingFigures, standingOf, type Standing } from '../../../src/batch/run/summary.js';
import { ROW_STATES, type RowCounts } from '../../../src/batch/rows/result-row.js';
import type { Toxic } from '../../../src/sandbox/faults/toxics.js';
import { statusToxic } from '../../edit/harness.js';
import { begun, step } from '../../terminal/batch-events.js';
import { batchScene, type RunOptions, type Scene } from '../scene.js';

const NONE = Object.fromEntries(ROW_STATES.map((state) => [state, 0])) as RowCounts;

/** Of so many rows of a dollar, none is sent. */
const unsent = (rows: number): Standing => ({
  states: { ...NONE, pending: rows },
  costs: { billed: 0, outstanding: 0, pending: rows },
  sandbox: false,
});

/** Runs rows, and returns what the run has seen and what the ledger says. */
async function bothOf({ run, within }: Scene, prompts: readonly string[], options: RunOptions = {}) {
  const rows = prompts.map((prompt) => ({ prompt }));
  const { events } = await run(rows, options);
  const first = events.find((event) => event.type === 'started');
  const estimated = await within(({ db }) =>
    (db.rows('SELECT usd FROM batch_rows') as { usd: number }[]).reduce((sum, { usd }) => sum + usd, 0),
  );
  const seen = new Tally({
    ...unsent(0),
    states: { ...NONE, ...first?.counts },
    costs: { ...unsent(0).costs, pending: estimated },
  });
  for (const event of events) seen.note(event);
  const known = await within(standingOf);
  return [standingFigures(seen.standing), standingFigures(known)];
}

describe('What a run has seen agrees with its ledger', () => {
  it.each<[string, Toxic[], string[], RunOptions?]>([
    ['where all comes home', [], ['a', 'b', 'c']],
    ['where a model fails and a checker refuses', [], ['a', '[sandbox:fail] b', '[sandbox:policy] c']],
    [
      'where an answer is lost',
      [{ type: 'reset_peer', on: 'submit', stream: 'downstream', times: 1 }],
      ['a', 'b'],
    ],
    ['where a row is tried again', [{ ...statusToxic('submit', 429), times: 5 }], ['a', 'b']],
    ['where none is taken', [statusToxic('submit', 422)], ['a', 'b']],
    ['where the run ends before its rows', [], ['a', 'b', 'c'], { maxJobs: 1 }],
    ['where the rows are only sent', [], ['a', 'b'], { submitOnly: true }],
    ['where a picture does not come', [statusToxic('file', 404)], ['a', 'b']],
  ])('%s', async (_, toxics, prompts, options) => {
    const [seen, known] = await bothOf(await batchScene({ toxics }), prompts, options);
    expect(seen).toEqual(known);
  });
});

describe('A row under way', () => {
  it('is unknown from the moment that it may be sent, and at fal once fal has it', () => {
    const tally = new Tally(unsent(2));
    tally.note(begun('k'));
    expect(tally.standing.states).toMatchObject({ pending: 2 });
    tally.note(
      step('k', { type: 'submitting', estimatedUsd: 1, grade: 'calculated', unknown: null, proxies: [] }),
    );
    expect(tally.standing).toMatchObject({ states: { pending: 1, unknown: 1 } });
    tally.note(step('k', { type: 'accepted', requestId: 'r' }));
    expect(tally.standing).toMatchObject({
      states: { pending: 1, unknown: 0, waiting: 1 },
      costs: { billed: 0, outstanding: 0.075, pending: 1.925 },
    });
  });
});

it('begins anew with what the ledger says', () => {
  const tally = new Tally(unsent(2));
  tally.note(begun('k'));
  tally.restart(unsent(3));
  tally.note(step('k', { type: 'accepted', requestId: 'r' }));
  expect(tally.standing).toEqual(unsent(3));
});
