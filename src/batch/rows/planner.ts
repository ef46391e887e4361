/*
 * Reads and checks all rows of a batch before anything is sent, in one transaction: an invalid manifest leaves the
 * ledger unchanged.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { estimate, refuseUnbounded, type Estimate } from '../../edit/plan/estimate.js';
import { chosenSeed } from '../../models/chosen-seed.js';
import { fingerprintOf, seedOf } from '../../edit/plan/fingerprint.js';
import { asPlannedByV1 } from '../../edit/plan/fingerprint-v1.js';
import { pathOf } from '../../edit/plan/output.js';
import { planEdit, type EditPlan } from '../../edit/plan/plan.js';
import { beginRows, leaveOut, putRow, rowChanges } from '../../ledger/batch/rows.js';
import {
  hasRow,
  isOfOtherShard,
  noteFormerKey,
  noteOtherShard,
  renameRow,
} from '../../ledger/batch/earlier.js';
import { readNote, writeNote } from '../../ledger/batch/notes.js';
import { isTaken } from '../../ledger/batch/states.js';
import { attachmentCache, type AttachmentCache } from './attachment-cache.js';
import { Claims } from './claims.js';
import type { Expectations } from '../expect/expectations.js';
import { expectationsDocument } from '../expect/expectations.js';
import { EarlierRows } from './earlier-rows.js';
import { noteIdentity } from '../folder/folder-identity.js';
import { isInShard, keyOf, type Shard } from './identity.js';
import { noteReading, Said } from '../folder/last-reading.js';
import { isPictureFile } from '../folder/records.js';
import { positionText, type Entry, type Position, type Problem } from '../manifest/entry.js';
import { isBelow, refuseWayOut } from '../folder/out-dir.js';
import { storedPlan } from './planned-row.js';
import { movesOf, noteUnplaced } from '../folder/rename-pictures.js';
import { noteRenamed } from '../folder/renamed-results.js';
import type { BatchPlan, PlanOptions, RowNotes } from './reading.js';
import { nameRow } from './row-names.js';
import { standingOf } from '../run/summary.js';
import { problemsOf } from './row-problems.js';

/** Number of rows read concurrently, so that their files are read in parallel. */
const AT_ONCE = 64;

/** Notes that a message quotes. */
const MOST_EXAMPLES = 3;

/** @throws FalEditError (interrupted), or any error of the ledger */
export async function planRows(entries: AsyncIterable<Entry>, options: PlanOptions): Promise<BatchPlan> {
  const { ledger, inspect, skipInvalid, again } = options;
  return ledger.db.longTransaction(async () => {
    beginRows(ledger.db);
    const reading = new Reading(options);
    for await (const chunk of inChunks(entries, AT_ONCE)) await reading.take(chunk);
    noteUnplaced(ledger, options.namesAreOurs !== true);
    reading.refuseTaken();
    const { problems } = reading.plan;
    const isGood =
      reading.plan.made === 0 &&
      (problems === 0 || skipInvalid) &&
      (again || reading.plan.unrecognised.length === 0);
    const keep = inspect === undefined && isGood;
    noteIdentity(ledger.db, options.identity);
    const fingerprint = reading.fingerprint();
    const isSame = readNote(ledger.db, 'reading') === fingerprint;
    writeNote(ledger.db, 'reading', fingerprint);
    // Plans with a secret are not stored in full, so their rows must be read again each time.
    const isComplete = problems === 0 && ledger.db.secretPlans.size === 0;
    noteReading(ledger, isComplete ? reading.said() : undefined, reading.plan);
    const plan = {
      ...{ ...reading.plan, changes: rowChanges(ledger.db), isSame, kept: keep },
      standing: isGood ? undefined : standingOf(ledger),
    };
    if (isGood) await inspect?.(plan);
    return { keep, value: plan };
  });
}

/** A row that was read and checked on its own. */
interface Draft {
  place: Position;
  id: string | undefined;
  plan: EditPlan;
  /** The plan as a release with fingerprints of version 1 would have made it, where such rows are looked for. */
  former: EditPlan;
  expectations: Expectations;
  cost: Estimate;
}

class Reading {
  readonly plan: Omit<BatchPlan, 'changes' | 'isSame' | 'kept' | 'standing'> = {
    ...{ rows: 0, elsewhere: 0, invalid: 0, problems: 0, equal: 0, made: 0, unrecognised: [] },
  };
  private readonly cache: AttachmentCache;
  private readonly claims: Claims;
  private readonly earlier: EarlierRows;
  /** Whether to use the recorded shards of rows, since the folder was split by fingerprints of an earlier version. */
  private readonly keepsShards: boolean;
  private readonly hash = createHash('sha256');
  private readonly saying: Said | undefined;
  private hasPromptFile = false;
  private position = 0;
  /** New rows whose names are taken by existing files; paths are absolute. */
  private readonly taking: { key: string; files: string[]; problems: Problem[] }[] = [];
  /** Folders known to be inside the out-dir, absolute. */
  private readonly inside = new Set<string>();

  constructor(private readonly options: PlanOptions) {
    this.saying = options.basis === undefined ? undefined : new Said(options.basis);
    this.cache = attachmentCache(options.ledger);
    const { ledger, identity, shard } = options;
    this.claims = new Claims(ledger.db);
    this.earlier = new EarlierRows(ledger.db, this.claims, identity);
    this.keepsShards =
      identity.began === 1 && shard !== undefined && readNote(ledger.db, 'shard') === shardText(shard);
  }

  /** Fingerprint of all rows, for reports. Call it once, at the end. */
  fingerprint(): string {
    return this.hash.digest('hex');
  }

  /** Hash of everything that was read; undefined if it does not cover all files. Call it once, at the end. */
  said(): string | undefined {
    return this.hasPromptFile || this.cache.hasUnremembered() ? undefined : this.saying?.text();
  }

  async take(entries: readonly Entry[]): Promise<void> {
    this.options.context.signal.throwIfAborted();
    const drafts = await Promise.all(entries.map((entry) => this.draft(entry)));
    for (const entry of entries) this.saying?.add(entry);
    for (const draft of drafts) {
      const problems = 'plan' in draft ? this.enter(draft) : draft.problems;
      if (problems.length > 0) this.refuse(problems);
    }
  }

  /**
   * Refuses new rows whose names are taken by files. Call it once all rows are known: a name that another row's
   * picture gives up is free.
   */
  refuseTaken(): void {
    if (this.taking.length === 0) return;
    const { ledger, outDir } = this.options;
    const leaving = new Set(movesOf(ledger, outDir).map(({ from }) => from));
    for (const { key, files, problems } of this.taking) {
      if (files.every((file) => leaving.has(file) || !existsSync(file))) continue;
      leaveOut(ledger.db, key);
      this.plan.rows--;
      this.refuse(problems);
    }
  }

  private refuse(problems: readonly Problem[]): void {
    this.plan.invalid++;
    this.plan.problems += problems.length;
    for (const problem of problems) this.options.onProblem(problem);
  }

  private async draft(entry: Entry): Promise<Draft | { problems: Problem[] }> {
    if (entry.kind === 'problem') return { problems: [entry.problem] };
    const { folder, outDir, context, readRow, pricesOf, caps } = this.options;
    const { place, fields } = entry;
    try {
      const { id, order, expectations, hasPromptFile = false } = await readRow(fields);
      this.hasPromptFile ||= hasPromptFile;
      const plan = await planEdit(
        { ...order, outputFolder: outDir },
        { ...context, cwd: folder },
        this.cache,
      );
      await this.refuseWayOut(plan);
      const cost = estimate(plan.model, plan.work, await pricesOf(plan.model.endpoint));
      refuseUnbounded(cost, caps);
      const isUsed = this.earlier.isUsed(this.options.shard !== undefined);
      const former = isUsed ? await asPlannedByV1(plan) : plan;
      return { place, id, plan, former, expectations, cost };
    } catch (error) {
      return { problems: problemsOf(error, place) };
    }
  }

  /** Checks each folder once: nearly all rows share one. */
  private async refuseWayOut({ output }: EditPlan): Promise<void> {
    const file = pathOf(output, 0);
    if (!isBelow(file, this.options.outDir)) return;
    const folder = path.dirname(file);
    if (this.inside.has(folder)) return;
    await refuseWayOut(file, this.options.outDir);
    this.inside.add(folder);
  }

  /** Gives a row its key and names, and puts it into the ledger. Returns any remaining problems. */
  private enter({ place, id, plan, former: planOfV1, expectations, cost }: Draft): Problem[] {
    const { ledger, outDir, folder, shard, countMade = false, mayBeMade = false } = this.options;
    const problem = (field: string, message: string): Problem[] => [{ place, field, message }];
    const holder = id === undefined ? undefined : this.claims.claimId(id, positionText(place));
    if (holder !== undefined) return problem('id', `${holder} already has the id "${id ?? ''}".`);
    const wish = fingerprintOf(plan);
    const ordinal = this.claims.ordinalOf(wish);
    const key = keyOf(wish, ordinal);
    const former = this.earlier.keysOf(planOfV1, shard !== undefined);
    const formerKey = former?.key;
    const isOthers = shard !== undefined && formerKey !== undefined && !isInShard(formerKey, shard);
    const found = isTaken(ledger.db, key) ? undefined : this.earlier.take(planOfV1, former, isOthers);
    if (found !== undefined) {
      renameRow(ledger.db, found, key);
      noteRenamed(ledger);
    }
    const own = seedOf(key, 1);
    const seed = plan.seedIsOurs ? (chosenSeed(plan.model, own) ?? own) : plan.seed;
    const named = nameRow({ ...plan.output, seed }, positionText(place), outDir, this.claims);
    const { output, names } = named;
    if (named.problem !== undefined) return problem('output', named.problem);
    if (shard !== undefined && !this.isOurs(key, formerKey, shard)) {
      this.plan.elsewhere++;
      return [];
    }
    const isFresh = found === undefined && !isTaken(ledger.db, key);
    if (isFresh && this.earlier.mayBeOne(plan, shard !== undefined)) {
      this.plan.unrecognised.push({ place, id });
    }
    if (isFresh) this.noteFacts(plan);
    const isMade =
      (countMade || mayBeMade) &&
      !output.force &&
      names.some((name) => isPictureFile(path.join(outDir, name)));
    if (isMade) this.plan.made += mayBeMade ? 0 : 1;
    // The file may be this row's own picture.
    else if (plan.nameTaken !== undefined && !isTaken(ledger.db, key)) {
      const files = names.map((name) => path.resolve(outDir, name));
      this.taking.push({ key, files, problems: problemsOf(plan.nameTaken, place) });
    }
    if (ordinal > 0 && !plan.seedIsOurs) this.plan.equal++;
    const expected = expectationsDocument(expectations);
    this.hash.update(JSON.stringify([key, id ?? null, place.file, place.line ?? null, expected]));
    putRow(ledger.db, {
      key,
      position: this.position++,
      id,
      ...place,
      endpoint: plan.model.endpoint,
      usd: cost.usd ?? 0,
      costGrade: cost.grade,
      plan: storedPlan({ ...plan, seed, output }, folder, outDir),
      expected: Object.keys(expected).length === 0 ? undefined : expected,
    });
    this.plan.rows++;
    if (found !== undefined) noteFormerKey(ledger.db, key, found);
    return [];
  }

  private noteFacts({ notes, fieldNotes }: EditPlan): void {
    const ofPictures = notes.filter((note) => !fieldNotes.includes(note));
    this.plan.converted = withNotes(this.plan.converted, ofPictures);
    this.plan.fieldNotes = withNotes(this.plan.fieldNotes, fieldNotes);
  }

  /** Whether a row belongs to this shard: as recorded before, else by its key. */
  private isOurs(key: string, formerKey: string | undefined, shard: Shard): boolean {
    const { db } = this.options.ledger;
    if (!this.keepsShards) return isInShard(formerKey ?? key, shard);
    if (hasRow(db, key)) return true;
    if (isOfOtherShard(db, key)) return false;
    if (isInShard(formerKey ?? key, shard)) return true;
    noteOtherShard(db, key);
    return false;
  }
}

/** Counts one more row that has notes. */
function withNotes(counted: RowNotes | undefined, notes: readonly string[]): RowNotes | undefined {
  if (notes.length === 0) return counted;
  const { rows, examples } = counted ?? { rows: 0, examples: [] };
  const more = notes.filter((note) => !examples.includes(note));
  return { rows: rows + 1, examples: [...examples, ...more].slice(0, MOST_EXAMPLES) };
}

/** A shard as text, for the ledger. */
export function shardText({ index, count }: Shard): string {
  return `${index}/${count}`;
}

async function* inChunks<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<T[], void, undefined> {
  let chunk: T[] = [];
  for await (const item of items) {
    chunk.push(item);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
