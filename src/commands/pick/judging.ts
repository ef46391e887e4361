import { randomUUID } from 'node:crypto';
import path from 'node:path';
import pLimit from 'p-limit';
import { mainPicture } from '../../batch/rows/result-row.js';
import type { MeasuredCell } from '../../study/measured.js';
import type { Choice } from '../../study/pick/choices.js';
import type { Pair } from '../../study/pick/pairs.js';

/** State for the page. It must not reveal the models. */
export interface PageState {
  /** Pairs judged in this session, and pairs open when it began. */
  done: number;
  total: number;
  /** The pair to judge; null when all are judged. Picture ids are random. */
  pair: { id: string; prompt: string; before: string | null; left: string; right: string } | null;
  /** Pictures of the next pair, to preload. */
  next: string[];
}

/** A session of one person choosing. */
export interface Judging {
  state: () => PageState;
  /** Saves a choice. Ignores one for a pair that is no longer displayed: the key was pressed twice. */
  choose: (pair: string, chosen: 'left' | 'right' | 'none') => Promise<void>;
  /** Undoes the last choice of this session. */
  undo: () => Promise<void>;
  /** The absolute path of a picture; undefined for an unknown id. */
  fileOf: (picture: string) => string | undefined;
  isOver: () => boolean;
}

interface PagePair {
  id: string;
  pair: Pair<MeasuredCell>;
  before: string | null;
  left: string;
  right: string;
}

/**
 * Begins a session.
 *
 * @param earlier choices of earlier sessions, which stay
 * @param outDir absolute
 * @param keep writes all choices; called once per change
 * @param now milliseconds since the epoch
 */
export function startJudging(
  pairs: readonly Pair<MeasuredCell>[],
  earlier: readonly Choice[],
  outDir: string,
  keep: (choices: readonly Choice[]) => Promise<void>,
  now: () => number,
): Judging {
  const files = new Map<string, string>();
  const idOf = (file: string | null | undefined): string | null => {
    if (file === null || file === undefined || /^https?:/i.test(file)) return null;
    const id = randomUUID();
    files.set(id, path.resolve(outDir, file));
    return id;
  };
  const onPage: PagePair[] = pairs.flatMap((pair) => {
    const left = idOf(mainPicture(pair.left.result)?.path);
    const right = idOf(mainPicture(pair.right.result)?.path);
    if (left === null || right === null) return [];
    return [{ id: randomUUID(), pair, before: idOf(pair.left.result.inputs[0]), left, right }];
  });
  const own: Choice[] = [];
  const oneByOne = pLimit(1);
  const current = (): PagePair | undefined => onPage[own.length];
  return {
    state: () => {
      const judging = current();
      const after = onPage[own.length + 1];
      return {
        done: own.length,
        total: onPage.length,
        pair:
          judging === undefined
            ? null
            : {
                ...{ id: judging.id, prompt: judging.pair.left.result.prompt },
                ...{ before: judging.before, left: judging.left, right: judging.right },
              },
        next: after === undefined ? [] : [after.before, after.left, after.right].filter((id) => id !== null),
      };
    },
    choose: (id, chosen) =>
      oneByOne(async () => {
        const judged = current();
        if (judged?.id !== id) return;
        const [left, right] = [judged.pair.left.result.key, judged.pair.right.result.key];
        const preferred = chosen === 'none' ? null : { left, right }[chosen];
        const choice = { left, right, preferred, at: new Date(now()).toISOString() };
        await keep([...earlier, ...own, choice]);
        own.push(choice);
      }),
    undo: () =>
      oneByOne(async () => {
        if (own.length === 0) return;
        await keep([...earlier, ...own.slice(0, -1)]);
        own.pop();
      }),
    fileOf: (picture) => files.get(picture),
    isOver: () => current() === undefined,
  };
}
