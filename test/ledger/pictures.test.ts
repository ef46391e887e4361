import { describe, expect, it } from 'vitest';
import { complete, intend, jobIn, Machine, newRequestId, oneProcess, picture, plan } from './machine.js';

describe('Where the pictures go', () => {
  it('is what the first to complete the job has chosen', async () => {
    const machine = await Machine.boot();
    const [one, two] = [await machine.start(), await machine.start()];
    const { id } = jobIn(one.ledger, 'accepted');
    expect(complete(one.ledger, id, '/pictures/a.png', '/pictures/b.png')).toEqual([
      '/pictures/a.png',
      '/pictures/b.png',
    ]);
    expect(complete(two.ledger, id, '/elsewhere/a.png')).toEqual(['/pictures/a.png', '/pictures/b.png']);
  });

  it('keeps apart pictures that are not to become files', async () => {
    const { ledger } = await oneProcess();
    const { id } = jobIn(ledger, 'accepted');
    const targets = [undefined, '/pictures/b.png'];
    expect(ledger.complete(id, { result: {}, targets: () => targets })).toEqual(targets);
    ledger.saveImage(id, picture(1, '/pictures/b.png'));
    expect(ledger.mustFind(id).state).toBe('saved');
  });

  it('keeps the name of the output that a file belongs to, and lets one go that nobody will fetch', async () => {
    const { ledger } = await oneProcess();
    const { id } = jobIn(ledger, 'accepted');
    const targets = ['/pictures/a.png', '/pictures/a.mask.png', '/pictures/a.debug.bin'];
    ledger.complete(id, { result: {}, targets: () => targets, fields: [undefined, 'mask', 'debug'] });
    const fields = (): unknown[] => ledger.mustFind(id).images.map(({ field, target }) => [field, target]);
    expect(fields()).toEqual([
      [undefined, '/pictures/a.png'],
      ['mask', '/pictures/a.mask.png'],
      ['debug', '/pictures/a.debug.bin'],
    ]);
    ledger.saveImage(id, { ...picture(1, '/pictures/a.mask.png'), field: 'mask' });
    ledger.giveUpImage(id, 1);
    ledger.giveUpImage(id, 2);
    expect(fields().slice(1)).toEqual([
      ['mask', '/pictures/a.mask.png'],
      ['debug', undefined],
    ]);
    expect(ledger.mustFind(id).state).toBe('completed');
    ledger.saveImage(id, picture(0, '/pictures/a.png'));
    expect(ledger.mustFind(id).state).toBe('saved');
  });

  it('is nowhere for an answer without a picture, which is kept all the same', async () => {
    const { ledger } = await oneProcess();
    const { id } = jobIn(ledger, 'accepted');
    ledger.keepAnswer(id, { result: { caption: 'a cat' }, billedUnits: 2 });
    ledger.end(id, { state: 'failed', charged: 'yes' });
    expect(ledger.mustFind(id)).toMatchObject({
      ...{ state: 'failed', result: { caption: 'a cat' }, billedUnits: 2, images: [] },
    });
  });

  it('does not make a success of a job that has other files only', async () => {
    const { ledger } = await oneProcess();
    const { id } = jobIn(ledger, 'accepted');
    complete(ledger, id, '/pictures/a.zip');
    ledger.saveImage(id, picture(0, '/pictures/a.zip'));
    ledger.endWithoutPicture(id, { charged: 'yes' });
    expect(ledger.mustFind(id)).toMatchObject({ state: 'failed', charged: 'yes' });
    expect(ledger.mustFind(id).images).toMatchObject([{ path: '/pictures/a.zip' }]);
  });

  it('takes the failure of whoever chooses as no failure of the job, and stays accepted', async () => {
    const { ledger } = await oneProcess();
    const before = jobIn(ledger, 'accepted');
    const targets = (): never => {
      throw new Error('no such folder');
    };
    expect(() => ledger.complete(before.id, { result: {}, targets })).toThrow(/no such folder/);
    expect(ledger.mustFind(before.id)).toEqual(before);
  });
});

describe('A name that another job has chosen', () => {
  it('is promised from the choice until the picture has it, and to others alone', async () => {
    const machine = await Machine.boot();
    const [one, two] = [await machine.start(), await machine.start()];
    const first = jobIn(one.ledger, 'accepted');
    const second = jobIn(two.ledger, 'accepted');
    const seen: boolean[] = [];
    const choose = (isPromised: (file: string) => boolean): string[] => {
      seen.push(isPromised('/pictures/cat.png'));
      return ['/pictures/cat.png'];
    };
    one.ledger.complete(first.id, { result: {}, targets: choose });
    two.ledger.complete(second.id, { result: {}, targets: choose });
    expect(seen).toEqual([false, true]);
  });

  it.each([
    { how: 'when the picture is saved under it', end: 'save' },
    { how: 'when the picture went to a stream and all is done', end: 'finish' },
    { how: 'when the job failed after all', end: 'failed' },
  ])('is free again $how', async ({ end }) => {
    const { ledger } = await oneProcess();
    const { id } = jobIn(ledger, 'accepted');
    complete(ledger, id, '/pictures/cat.png');
    if (end === 'save') ledger.saveImage(id, picture(0, '/pictures/cat.png'));
    else if (end === 'finish') ledger.finish(id);
    else ledger.end(id, { state: 'failed', charged: 'yes' });
    const promised: boolean[] = [];
    ledger.complete(jobIn(ledger, 'accepted').id, {
      result: {},
      targets: (isPromised) => {
        promised.push(isPromised('/pictures/cat.png'));
        return [];
      },
    });
    expect(promised).toEqual([false]);
  });
});

describe('A name that the job itself has chosen before', () => {
  it('is not promised to anybody else', async () => {
    const { ledger } = await oneProcess();
    const { id } = jobIn(ledger, 'accepted');
    complete(ledger, id, '/pictures/cat.png');
    ledger.end(id, { state: 'failed', charged: 'yes' });
    const promised: boolean[] = [];
    const targets = ledger.complete(id, {
      result: {},
      targets: (isPromised) => {
        promised.push(isPromised('/pictures/cat.png'));
        return ['/pictures/dog.png'];
      },
    });
    expect(promised).toEqual([false]);
    expect(targets).toEqual(['/pictures/cat.png']);
  });
});

describe('Another name in place of one that was taken', () => {
  it('counts for both of two that found it taken: the first choice', async () => {
    const machine = await Machine.boot();
    const [one, two] = [await machine.start(), await machine.start()];
    const { id } = jobIn(one.ledger, 'accepted');
    complete(one.ledger, id, '/pictures/a.png', '/pictures/b.png');
    expect(one.ledger.retarget(id, 1, '/pictures/b.png', '/pictures/b-2.png')).toBe('/pictures/b-2.png');
    expect(two.ledger.retarget(id, 1, '/pictures/b.png', '/pictures/b-3.png')).toBe('/pictures/b-2.png');
    expect(two.ledger.retarget(id, 1, '/pictures/b-2.png', '/pictures/b-4.png')).toBe('/pictures/b-4.png');
    expect(one.ledger.mustFind(id).images.map(({ target }) => target)).toEqual([
      '/pictures/a.png',
      '/pictures/b-4.png',
    ]);
  });

  it('is the one that was asked for where the ledger knows of no picture', async () => {
    const { ledger } = await oneProcess();
    const { id } = jobIn(ledger, 'accepted');
    expect(ledger.retarget(id, 0, '/a.png', '/a-2.png')).toBe('/a-2.png');
    expect(ledger.mustFind(id).images).toEqual([]);
  });
});

describe('Saving', () => {
  it('finishes the job with the last picture, whatever their order', async () => {
    const { ledger } = await oneProcess();
    const { id } = jobIn(ledger, 'accepted');
    complete(ledger, id, '/a.png', '/b.png', '/c.png');
    const states = [2, 0, 1].map((index) => {
      ledger.saveImage(id, picture(index, `/${'abc'.charAt(index)}.png`));
      return ledger.mustFind(id).state;
    });
    expect(states).toEqual(['completed', 'completed', 'saved']);
  });

  it('of the same picture by two commands leaves one picture, as the later one has it', async () => {
    const machine = await Machine.boot();
    const [one, two] = [await machine.start(), await machine.start()];
    const { id } = jobIn(one.ledger, 'completed');
    one.ledger.saveImage(id, picture(0, '/a.png'));
    two.ledger.saveImage(id, picture(0, '/b.png'));
    expect(one.ledger.mustFind(id)).toMatchObject({ state: 'saved', images: [{ index: 0, path: '/b.png' }] });
  });

  it('after a result that could not be written down does not take one picture for all', async () => {
    const { ledger } = await oneProcess();
    const { id } = jobIn(ledger, 'accepted');
    ledger.saveImage(id, picture(0, '/a.png'));
    expect(ledger.mustFind(id).state).toBe('accepted');

    // A later command completes it: what is saved keeps its name, the others get theirs.
    expect(complete(ledger, id, '/x.png', '/b.png')).toEqual(['/a.png', '/b.png']);
    ledger.saveImage(id, picture(1, '/b.png'));
    expect(ledger.mustFind(id).state).toBe('saved');
  });

  it('all of them after a result that could not be written down ends when the command says so', async () => {
    const { ledger } = await oneProcess();
    const { id } = jobIn(ledger, 'accepted');
    ledger.saveImage(id, picture(0, '/a.png'));
    ledger.finish(id);
    expect(ledger.mustFind(id)).toMatchObject({ state: 'saved', images: [{ path: '/a.png' }] });
  });

  it('before an acceptance that could not be written down is remembered until the job is found at fal', async () => {
    const { ledger } = await oneProcess();
    const id = plan(ledger);
    intend(ledger, id);
    expect(complete(ledger, id, '/a.png')).toEqual(['/a.png']);
    ledger.saveImage(id, picture(0, '/a.png'));
    ledger.finish(id);
    expect(ledger.mustFind(id)).toMatchObject({ state: 'intent', requestId: undefined });
    ledger.accept(id, newRequestId());
    expect(complete(ledger, id, '/b.png')).toEqual(['/a.png']);
  });

  it('of a picture of no job is refused', async () => {
    const { ledger } = await oneProcess();
    expect(() => ledger.saveImage('jnone', picture(0, '/a.png'))).toThrow(/FOREIGN KEY constraint/);
  });
});
