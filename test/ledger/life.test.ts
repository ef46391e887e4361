import { describe, expect, it } from 'vitest';
import { BEFORE, JOB_STATES, type JobState } from '../../src/ledger/job.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import {
  complete,
  OUTPUT,
  intend,
  jobIn,
  Machine,
  newRequestId,
  oneProcess,
  picture,
  plan,
} from './machine.js';

/** What each step makes of a job in each state; a dot: it is a late report, and nothing changes. */
const TABLE = `
  state     | intend | accept   | complete  | finish | rejected | failed | moderated | unknown | cancelled
  planned   | intent | .        | .         | .      | rejected | failed | .         | .       | cancelled
  intent    | .      | accepted | .         | .      | rejected | failed | .         | unknown | cancelled
  accepted  | .      | .        | completed | saved  | .        | failed | moderated | .       | cancelled
  completed | .      | .        | .         | saved  | .        | failed | moderated | .       | .
  saved     | .      | .        | .         | .      | .        | .      | moderated | .       | .
  rejected  | .      | accepted | .         | .      | .        | .      | .         | .       | .
  failed    | .      | .        | completed | .      | .        | .      | .         | .       | .
  moderated | .      | .        | .         | saved  | .        | .      | .         | .       | .
  unknown   | .      | accepted | .         | .      | rejected | .      | .         | .       | cancelled
  cancelled | .      | .        | completed | .      | .        | .      | .         | .       | .
`;

const [head = [], ...rows] = TABLE.trim()
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()));
const CASES = rows.flatMap(([state = '', ...cells]) =>
  cells.map((after, column) => ({ state: state as JobState, step: head[column + 1] ?? '', after })),
);

function take(ledger: Ledger, id: string, step: string): void {
  switch (step) {
    case 'intend':
      intend(ledger, id);
      break;
    case 'accept':
      ledger.accept(id, newRequestId());
      break;
    case 'complete':
      complete(ledger, id);
      break;
    case 'finish':
      ledger.finish(id);
      break;
    default:
      ledger.end(id, { state: step as 'failed', charged: 'yes', error: { kind: 'failed', message: 'late' } });
  }
}

describe('Each step in each state', () => {
  it('is in the table', () => {
    expect(rows.map(([state]) => state)).toEqual([...JOB_STATES]);
    const listed = Object.values(BEFORE).flat().length;
    expect(CASES.filter(({ after }) => after !== '.')).toHaveLength(listed);
  });

  it.each(CASES.filter(({ after }) => after !== '.'))('$step: $state becomes $after', async (row) => {
    const { ledger } = await oneProcess();
    const { id } = jobIn(ledger, row.state);
    take(ledger, id, row.step);
    expect(ledger.mustFind(id).state).toBe(row.after);
  });

  it.each(CASES.filter(({ after }) => after === '.'))('$step: $state stays as it is', async (row) => {
    const { ledger, machine } = await oneProcess();
    const before = jobIn(ledger, row.state);
    machine.clock += 1000;
    if (row.step === 'intend')
      expect(() => take(ledger, before.id, row.step)).toThrow(/took its place before it was sent/);
    else take(ledger, before.id, row.step);
    expect(ledger.mustFind(before.id)).toEqual(before);
  });
});

describe('A life from end to end', () => {
  it('keeps what was decided, sent and answered, each with its time', async () => {
    const { ledger, self, machine } = await oneProcess();
    const start = machine.clock;
    const id = plan(ledger);
    expect(ledger.mustFind(id)).toMatchObject({
      ...{ state: 'planned', charged: 'no', owner: self, plannedAt: start, intentAt: undefined },
      ...{ output: OUTPUT, estimatedUsd: 0.1, unitPriceUsd: 0.05, detached: false, input: undefined },
    });

    machine.clock += 1;
    const uploads = [{ sha256: 'ff', url: 'https://v3.fal.media/files/cat.png' }];
    ledger.intend(id, { seed: 7, prompt: 'a cat' }, uploads);
    const input = { prompt: 'a cat', seed: 7 };
    expect(ledger.mustFind(id)).toMatchObject({
      state: 'intent',
      charged: 'maybe',
      uploads,
      input,
      owner: self,
    });

    machine.clock += 1;
    ledger.accept(id, 'fal-1');
    expect(ledger.mustFind(id)).toMatchObject({ requestId: 'fal-1', charged: 'maybe', endedAt: undefined });

    machine.clock += 1;
    const result = { images: [{ url: 'https://v3.fal.media/files/out.png' }] };
    ledger.complete(id, { result, billedUnits: 2, billedUsd: 0.1, targets: () => ['/pictures/cat.png'] });
    expect(ledger.mustFind(id)).toMatchObject({
      ...{ state: 'completed', charged: 'yes', result, billedUnits: 2, billedUsd: 0.1, owner: self },
      images: [{ index: 0, target: '/pictures/cat.png', path: undefined }],
    });

    machine.clock += 1;
    ledger.saveImage(id, picture(0, '/pictures/cat.png'));
    expect(ledger.mustFind(id)).toMatchObject({
      ...{ state: 'saved', owner: undefined, intentAt: start + 1, acceptedAt: start + 2 },
      ...{ completedAt: start + 3, endedAt: start + 4 },
      images: [{ ...picture(0, '/pictures/cat.png'), target: '/pictures/cat.png' }],
    });
  });

  it('gives two inputs that differ in the order of their keys alone the same hash', async () => {
    const { ledger } = await oneProcess();
    const [one, two, other] = [plan(ledger), plan(ledger), plan(ledger)];
    ledger.intend(one, { a: 1, b: { c: [1, 2], d: null } }, []);
    ledger.intend(two, { b: { d: null, c: [1, 2] }, a: 1 }, []);
    ledger.intend(other, { b: { d: null, c: [2, 1] }, a: 1 }, []);
    expect(ledger.mustFind(two).inputHash).toBe(ledger.mustFind(one).inputHash);
    expect(ledger.mustFind(other).inputHash).not.toBe(ledger.mustFind(one).inputHash);
  });

  it('survives the process that wrote it', async () => {
    const machine = await Machine.boot();
    const first = await machine.start();
    const { id } = jobIn(first.ledger, 'completed');
    const before = first.ledger.mustFind(id);
    machine.kill(first);
    const second = await machine.start();
    expect(second.ledger.mustFind(id)).toEqual(before);
  });
});

describe('What was charged', () => {
  it.each([
    { units: 0, charged: 'no' },
    { units: 1.5, charged: 'yes' },
    { units: undefined, charged: 'yes' },
  ])('$units billed units: $charged', async ({ units, charged }) => {
    const { ledger } = await oneProcess();
    const { id } = jobIn(ledger, 'accepted');
    ledger.complete(id, { result: {}, billedUnits: units, targets: () => ['/a.png'] });
    expect(ledger.mustFind(id)).toMatchObject({ charged, billedUnits: units });
  });

  it('is what the end says, and may be again when fal turns out to have it', async () => {
    const { ledger, machine } = await oneProcess();
    const { id } = jobIn(ledger, 'unknown');
    expect(ledger.mustFind(id)).toMatchObject({ charged: 'maybe', owner: undefined });
    ledger.end(id, { state: 'rejected', charged: 'no' });
    expect(ledger.mustFind(id)).toMatchObject({ charged: 'no', endedAt: machine.clock, error: undefined });
    ledger.accept(id, 'fal-1');
    expect(ledger.mustFind(id)).toMatchObject({ charged: 'maybe', endedAt: undefined });
  });
});

describe('Who works on a job', () => {
  it('is the one who took it last, until it lets go or the job ends', async () => {
    const machine = await Machine.boot();
    const [one, two] = [await machine.start(), await machine.start()];
    const { id } = jobIn(one.ledger, 'accepted');
    expect(two.ledger.mustFind(id).owner).toEqual(one.self);
    two.ledger.own(id);
    expect(one.ledger.mustFind(id).owner).toEqual(two.self);
    one.ledger.release(id);
    expect(two.ledger.mustFind(id).owner).toBeUndefined();
  });

  it.each(['rejected', 'unknown', 'cancelled', 'failed', 'moderated', 'saved'] as const)(
    'is nobody once it is %s',
    async (state) => {
      const { ledger, machine } = await oneProcess();
      expect(jobIn(ledger, state)).toMatchObject({ owner: undefined, endedAt: machine.clock });
    },
  );
});

describe('A job that came to an end and was completed after all', () => {
  it.each(['cancelled', 'failed'] as const)(
    '%s: has not ended yet, and its error is forgotten',
    async (state) => {
      const { ledger, machine } = await oneProcess();
      const { id } = jobIn(ledger, 'accepted');
      ledger.cancelRequested(id);
      ledger.end(id, { state, charged: 'no', error: { kind: 'failed', message: 'too early' } });
      complete(ledger, id, '/pictures/cat.png');
      expect(ledger.mustFind(id)).toMatchObject({
        ...{ state: 'completed', charged: 'yes', endedAt: undefined, error: undefined },
        cancelRequestedAt: machine.clock,
      });
    },
  );
});

describe('A request id', () => {
  it('belongs to one job: another one that claims it is refused, and stays as it is', async () => {
    const { ledger } = await oneProcess();
    const first = jobIn(ledger, 'accepted');
    const second = jobIn(ledger, 'unknown');
    expect(() => ledger.accept(second.id, first.requestId!)).toThrow(/UNIQUE constraint/);
    expect(ledger.mustFind(second.id)).toEqual(second);
  });

  it('is adopted once: whoever adopts it again gets the same job, as it is by then', async () => {
    const { ledger, machine } = await oneProcess();
    const { model, endpoint } = jobIn(ledger, 'planned');
    const request = { requestId: 'fal-9', model, endpoint, via: 'fal', prompt: 'a cat', seed: 3 };
    const adopted = ledger.adopt(request);
    expect(adopted).toMatchObject({
      ...{ state: 'accepted', requestId: 'fal-9', detached: true, charged: 'maybe', owner: undefined },
      ...{ intentAt: undefined, acceptedAt: machine.clock, output: undefined, input: undefined },
    });
    complete(ledger, adopted.id, '/pictures/cat.png');
    machine.clock += 1000;
    expect(ledger.adopt({ ...request, prompt: 'another word' })).toEqual(ledger.mustFind(adopted.id));
    expect(ledger.mustFind(adopted.id)).toMatchObject({ state: 'completed', prompt: 'a cat' });
  });

  it('that a job of ours has is not adopted a second time', async () => {
    const { ledger } = await oneProcess();
    const ours = jobIn(ledger, 'saved');
    const { model, endpoint, requestId } = ours;
    const request = { requestId: requestId!, model, endpoint, via: 'fal', prompt: '', seed: 0 };
    expect(ledger.adopt(request)).toEqual(ours);
  });

  it('of a submit that fal took twice names the job that was meant to be the only one', async () => {
    const { ledger } = await oneProcess();
    const { id, model, endpoint, intentAt } = jobIn(ledger, 'accepted');
    const second = ledger.adopt({
      ...{ requestId: 'fal-2', model, endpoint, via: 'fal', prompt: 'a cat', seed: 7, duplicateOf: id },
      ...{ output: OUTPUT, estimatedUsd: 0.1, unitPriceUsd: 0.05, input: { seed: 7 }, intentAt },
    });
    expect(second).toMatchObject({ duplicateOf: id, output: OUTPUT, input: { seed: 7 }, intentAt });
  });
});
