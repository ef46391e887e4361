/*
 * One round: eleven commands at once on one ledger and in one folder, killed and started again, until all that was
 * wanted is there. Nothing is done that a user could not do: the same command again, wait, reconcile.
 */
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { isUnfinished, type Job } from '../../src/ledger/job.js';
import { startSandbox, type Sandbox } from '../../src/sandbox/server.js';
import { schemaDocuments } from '../support/schemas.js';
import { folderWithPhoto } from '../edit/harness.js';
import { jobsIn } from '../support/ledger.js';
import { strayFiles } from '../support/temp-dir.js';
import { Dice } from './dice.js';
import { cuttingTls } from './cutting-tls.js';
import { someFaults } from './faults.js';
import type { Processes } from './processes.js';
import { WISHES, type Wish } from './wishes.js';

/** How often each of them is killed and started again before the others are waited for. */
const LIVES = 4;
/** How many rounds have TLS before fal, and how many of its handshakes are cut. */
const [TLS, CUT] = [0.3, 0.2];
/** What the machine is called: a name changes with the network, or with the container. */
const HOSTS = ['mbp.local', 'mbp.fritz.box', 'c0ffee12'] as const;
/** Rounds of tidying up after which it is no bad luck any more. */
const PATIENCE = 25;

/** One folder, one ledger, one fal. */
export interface Place {
  fal: Sandbox;
  cwd: string;
  stateDir: string;
  env: Record<string, string>;
}

/** How a round ended. */
export interface Outcome extends Place {
  jobs: Job[];
  /** Jobs of which it was not known at some time whether fal had taken them. */
  unknown: ReadonlySet<string>;
}

/** Plays a round, and hands over what there is at its end while it is still there. */
export async function playRound(
  processes: Processes,
  seed: readonly (string | number)[],
  look: (outcome: Outcome) => Promise<void>,
): Promise<void> {
  const dice = new Dice(...seed);
  const fal = await startSandbox({
    documents: schemaDocuments(),
    ...{ queueMs: 5, inferenceMs: 20, runners: 8, renderPictures: false, pictureBytes: 200_000 },
    toxics: someFaults(dice),
  });
  const cwd = await folderWithPhoto();
  const home = path.join(cwd, '.home');
  await mkdir(home, { recursive: true });
  const stateDir = path.join(home, 'ledger');
  const cuts = new Dice(...seed, 'cuts');
  const tls = dice.happens(TLS) ? await cuttingTls(fal.proxyUrl, home, () => cuts.happens(CUT)) : undefined;
  const env = {
    ...{ FAL_PROXY_URL: fal.proxyUrl, FAL_KEY: 'test-id:test-secret', FAL_EDIT_STATE_DIR: stateDir },
    ...tls?.env,
  };
  const place = { fal, cwd, stateDir, env };
  try {
    const round = new Round(processes, seed, place);
    await round.everybodyAtOnce();
    await round.untilAllIsThere(dice);
    await round.cleanUp();
    // Those that nobody has met are not for us.
    fal.clearToxics();
    await look({ ...place, jobs: await jobsIn(stateDir), unknown: round.unknown });
  } finally {
    await tls?.close();
    await fal.close();
    await rm(cwd, { recursive: true, force: true });
  }
}

class Round {
  readonly unknown = new Set<string>();
  /** Of each wish, how many people have not given up on it or got it. */
  private readonly atWork = new Map<Wish, number>(WISHES.map((wish) => [wish, wish.times]));
  private commands = 0;
  private host: string = HOSTS[0];

  constructor(
    private readonly processes: Processes,
    private readonly seed: readonly (string | number)[],
    private readonly place: Place,
  ) {}

  async everybodyAtOnce(): Promise<void> {
    const slots = WISHES.flatMap((wish) => Array.from({ length: wish.times }, () => wish));
    await Promise.all(slots.map((wish) => this.oneOfThem(wish)));
  }

  /** Starts a command again and again, as long as it is killed and its edit is not there. */
  private async oneOfThem(wish: Wish): Promise<void> {
    for (const mortality of [...Array.from({ length: LIVES - 1 }, () => 1), 0]) {
      const { signal } = await this.command(wish.argv, mortality);
      if (signal === null || !(await this.isWanting(wish))) break;
    }
    this.atWork.set(wish, this.othersAtWork(wish));
  }

  private othersAtWork(wish: Wish): number {
    return (this.atWork.get(wish) ?? 1) - 1;
  }

  /** Whether it takes one more command to have as many as are wanted, even if all that run are lucky. */
  private async isWanting(wish: Wish): Promise<boolean> {
    // Before the look: who is done after it counts twice, which is the safe side.
    const others = this.othersAtWork(wish);
    const saved = (await this.jobs()).filter(
      ({ prompt, state }) => prompt === wish.prompt && state === 'saved',
    );
    return saved.length + others < wish.times;
  }

  async untilAllIsThere(dice: Dice): Promise<void> {
    for (let turn = 0; ; turn++) {
      // What was sent by somebody who is dead may still be on its way, and nobody waits for fal's listing here.
      await sleep(50);
      const jobs = await this.jobs();
      const open = jobs.filter(({ state }) => isUnfinished(state));
      for (const { id, state } of open) if (state === 'intent' || state === 'unknown') this.unknown.add(id);
      const missing = WISHES.flatMap((wish) => {
        const own = jobs.filter(({ prompt, state }) => prompt === wish.prompt && state === 'saved');
        return Array.from({ length: wish.times - own.length }, () => wish);
      });
      if (missing.length === 0 && open.length === 0) return;
      if (turn > PATIENCE) {
        throw new Error(
          `Round ${this.seed.join(', ')} comes to no end: ${JSON.stringify({ open, missing })}`,
        );
      }
      // All that ran under another name are gone by now, which nobody can see any more.
      this.host = dice.pick(HOSTS);
      const mortality = turn > PATIENCE / 2 ? 0 : 0.3;
      if (open.length === 0 || dice.happens(0.4)) {
        // Goes on with what is open, and makes what is not there.
        await Promise.all(missing.map((wish) => this.command(wish.argv, mortality)));
      } else {
        // Several people tidy up at once.
        const ways = [
          ['reconcile', '--all', '--settle', '0s'],
          ['wait', '--unfinished'],
        ] as const;
        const commands = [...ways, ...(dice.happens(0.3) ? [dice.pick(ways)] : [])];
        await Promise.all(commands.map((argv) => this.command(argv, mortality)));
      }
    }
  }

  /** One that was killed while it tried a folder has left a file there; any next run that tries it takes it away. */
  async cleanUp(): Promise<void> {
    const isProbe = (name: string): boolean => name.endsWith('.fal-edit-probe.part');
    if (!(await strayFiles(this.place.cwd)).some(isProbe)) return;
    for (const { argv } of WISHES) await this.command([...argv, '--dry-run'], 0);
  }

  private async jobs(): Promise<Job[]> {
    return jobsIn(this.place.stateDir);
  }

  private async command(argv: readonly string[], mortality: number): ReturnType<Processes['run']> {
    const dice = new Dice(...this.seed, ++this.commands);
    const { cwd, env } = this.place;
    const options = { cwd, env: { ...env, ...namedHost(this.host) } };
    const end = await this.processes.run(argv, options, dice, mortality);
    if (end.signal === null && !USUAL_CODES.includes(end.code)) {
      throw new Error(
        `Round ${this.seed.join(', ')}: fal-edit ${argv.join(' ')} ended with ${end.code}: ${end.stderr}`,
      );
    }
    return end;
  }
}

/** The environment of a process on a machine of that name. */
function namedHost(name: string): Record<string, string> {
  const hook = pathToFileURL(path.join(import.meta.dirname, 'host-name-hook.mjs'));
  return { HOST_NAME: name, NODE_OPTIONS: `--import ${hook.href}` };
}

/** All but "a bug of ours" and what needs a person. */
const USUAL_CODES: readonly (number | null)[] = [0, 1, 2, 3, 7, 9];
