import type { ChildProcess } from 'node:child_process';
import { start, type Ended, type SpawnOptions } from '../blackbox/spawned.js';
import type { Dice } from './dice.js';

/** How long a command takes before anything is known of that, in milliseconds. */
const FIRST_GUESS_MS = 1000;
/** What a command says at the turns of an edit's life. Most of its time is its start, where little can be lost. */
const TURNS = [/^uploading/m, /^sending/m, /^request/m, /^running/m, /^fetching/m];
/** Until about the next turn, in milliseconds. */
const NEXT_TURN = 25;

/** Runs the built program many times, and kills it at random. */
export class Processes {
  started = 0;
  /** Those that did not come to their end. */
  killed = 0;
  private usualMs = FIRST_GUESS_MS;

  /**
   * Runs a command to its end, or to a time of chance: anywhere from its very start to a little after its usual
   * end, or within a moment after one of the turns.
   *
   * @param mortality how probable it is that it is to be killed, from 0 to 1; some are done before
   */
  async run(argv: readonly string[], options: SpawnOptions, dice: Dice, mortality: number): Promise<Ended> {
    this.started++;
    const since = performance.now();
    const { process, ended, stderr } = start(argv, options);
    if (dice.happens(mortality)) {
      if (dice.happens(0.5)) killWithin(process, dice.between(0, 1.2) * this.usualMs);
      else killAfter(process, dice.pick(TURNS), stderr, dice.between(0, NEXT_TURN));
    }
    const end = await ended;
    if (end.signal !== null) this.killed++;
    if (end.code === 0) this.usualMs += 0.1 * (performance.now() - since - this.usualMs);
    return end;
  }
}

function killWithin(process: ChildProcess, ms: number): void {
  const death = setTimeout(() => process.kill('SIGKILL'), ms);
  process.once('close', () => clearTimeout(death));
}

function killAfter(process: ChildProcess, turn: RegExp, stderr: () => string, ms: number): void {
  const listen = (): void => {
    if (!turn.test(stderr())) return;
    process.stderr?.off('data', listen);
    killWithin(process, ms);
  };
  process.stderr?.on('data', listen);
}
