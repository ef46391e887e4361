/*
 * Reads all rows of a batch and checks them, before anything is sent: one transaction, so that a manifest in which
 * something is wrong leaves the ledger as it was.
 */
import { createHash } from 'node:crypto';
import path from 'node:path';
import type { Context } from '../context.js';
import { estimate, refuseUnbounded } from '../edit/estimate.js';
import { fingerprintOf, seedOf } from '../edit/fingerprint.js';
import { planEdit, type EditOrder, type EditPlan } from '../edit/plan.js';
import { FalEditError } from '../errors.js';
import type { LivePrice } from '../fal/prices.js';
import { beginRows, putRow, rowChanges, type RowChanges } from '../ledger/batch/rows.js';
import { hasRow, isOfOtherShard, noteFormerKey, noteOtherShard, renameRow } from '../ledger/batch/earlier.js';
import { readNote, writeNote } from '../ledger/batch/notes.js';
import { isTaken } from '../ledger/batch/states.js';
import type { Caps } from '../ledger/caps.js';
import type { Ledger } from '../ledger/ledger.js';
import { attachmentShelf, type AttachmentShelf } from './attachment-shelf.js';
import { Claims } from './claims.js';
import type { Expectations } from './expect/expectations.js';
import { expectationsDocument } from './expect/expectations.js';
import { EarlierRows } from './earlier-rows.js';
import { noteIdentity, type FolderIdentity } from './folder-identity.js';
import { isInShard, keyOf, type Shard } from './identity.js';
import { noteReading, Said } from './last-reading.js';
import { isPictureFile } from './records.js';
import { placeText, type Entry, type Fields, type Place, type Problem } from './manifest/entry.js';
import { isBelow, refuseWayOut } from './out-dir.js';
import { storedPlan } from './planned-row.js';
import { noteUnplaced } from './rename-pictures.js';
import { noteRenamed } from './renamed-results.js';
import { nameRow } from './row-names.js';

/** What a row asks for, read from its fields. */
export interface RowOrder {
  /** The user's own name for it. */
  id: string | undefined;
  order: EditOrder;
  expectations: Expectations;
  /** Its prompt stands in a file of its own, which may say something else the next time. */
  hasPromptFile?: boolean;
}

export interface PlanOptions {
  ledger: Ledger;
  context: Context;
  /** Absolute. */
  outDir: string;
  /** Absolute folder at which relative paths of the rows start. */
  folder: string;
  /** @throws FalEditError (usage, input), a line for each thing that is wrong, each beginning with the field */
  readRow: (fields: Fields) => Promise<RowOrder>;
  /** What is known of an endpoint's price without asking anybody. */
  priceOf: (endpoint: string) => LivePrice | undefined;
  shard: Shard | undefined;
  /** What the folder began with, and goes on with. */
  identity: FolderIdentity;
  /** Names of pictures are ours, and may be others each time: what is done keeps the one that it has. */
  namesAreOurs?: boolean;
  /** Send what may have been paid for under a fingerprint that cannot be made again. */
  again: boolean;
  /** Where there is one, rows must be such that it can be told what they cost at most. */
  caps: Caps;
  /** All that decides what becomes of a row but itself and its files; undefined: what was read is not recognised later. */
  basis?: unknown;
  /** Leave out rows in which something is wrong. */
  skipInvalid: boolean;
  /** The ledger knows of no edit: what has the name of a row's picture may be one that was paid for and forgotten. */
  countMade?: boolean;
  /** Rows may have been made by a run whose records are lost: their pictures may be there. */
  mayBeMade?: boolean;
  onProblem: (problem: Problem) => void;
  /** Leave the ledger as it was: the rows are only looked at. */
  look?: (plan: BatchPlan) => Promise<void> | void;
}

/** What was read. */
export interface BatchPlan {
  /** Rows of this batch (of this shard). */
  rows: number;
  /** Rows that belong to other shards. */
  elsewhere: number;
  /** Rows in which something is wrong. */
  invalid: number;
  problems: number;
  /** Rows that ask for the very picture that another one asks for, seed included. */
  equal: number;
  /** Rows that may have been paid for under a fingerprint of an earlier version, of which that cannot be told. */
  unrecognised: { place: Place; id: string | undefined }[];
  /** Rows whose pictures seem to be there already, where that was asked for. */
  made: number;
  changes: RowChanges;
  /** Nothing is different from the last reading: rows, order, ids, places and what is expected. */
  isSame: boolean;
  /** Whether the rows are in the ledger now. */
  kept: boolean;
}

/** Rows that are read at the same time: their files are waited for together. */
const AT_ONCE = 64;

/** @throws FalEditError (interrupted), or what the ledger fails with */
export async function planRows(entries: AsyncIterable<Entry>, options: PlanOptions): Promise<BatchPlan> {
  const { ledger, look, skipInvalid, again } = options;
  return ledger.db.longTransaction(async () => {
    beginRows(ledger.db);
    const reading = new Reading(options);
    for await (const chunk of inChunks(entries, AT_ONCE)) await reading.take(chunk);
    const { problems } = reading.plan;
    const isGood =
      reading.plan.made === 0 &&
      (problems === 0 || skipInvalid) &&
      (again || reading.plan.unrecognised.length === 0);
    const keep = look === undefined && isGood;
    noteIdentity(ledger.db, options.identity);
    noteUnplaced(ledger, options.namesAreOurs !== true);
    const fingerprint = reading.fingerprint();
    const isSame = readNote(ledger.db, 'reading') === fingerprint;
    writeNote(ledger.db, 'reading', fingerprint);
    // Plans with a secret are not stored as they are to be sent: they have to be read again each time.
    const isComplete = problems === 0 && ledger.db.secretPlans.size === 0;
    noteReading(ledger, isComplete ? reading.said() : undefined, reading.plan);
    const plan = { ...reading.plan, changes: rowChanges(ledger.db), isSame, kept: keep };
    if (isGood) await look?.(plan);
    return { keep, value: plan };
  });
}

/** A row that was read and checked by itself. */
interface Draft {
  place: Place;
  id: string | undefined;
  plan: EditPlan;
  expectations: Expectations;
  /** Estimated, in dollars. */
  usd: number;
}

class Reading {
  readonly plan: Omit<BatchPlan, 'changes' | 'isSame' | 'kept'> = {
    ...{ rows: 0, elsewhere: 0, invalid: 0, problems: 0, equal: 0, made: 0, unrecognised: [] },
  };
  private readonly shelf: AttachmentShelf;
  private readonly claims: Claims;
  private readonly earlier: EarlierRows;
  /** Which rows are another shard's is noted where the folder was split by fingerprints of an earlier version. */
  private readonly keepsShards: boolean;
  private readonly hash = createHash('sha256');
  private readonly saying: Said | undefined;
  private hasPromptFile = false;
  /** Folders that are known to lie in the out-dir, absolute. */
  private readonly inside = new Set<string>();

  constructor(private readonly options: PlanOptions) {
    this.saying = options.basis === undefined ? undefined : new Said(options.basis);
    this.shelf = attachmentShelf(options.ledger);
    const { ledger, identity, shard } = options;
    this.claims = new Claims(ledger.db);
    this.earlier = new EarlierRows(ledger.db, this.claims, identity);
    this.keepsShards =
      identity.began === 1 && shard !== undefined && readNote(ledger.db, 'shard') === shardText(shard);
  }

  /** Of all rows that were taken, as reports show them. To be asked once, at the end. */
  fingerprint(): string {
    return this.hash.digest('hex');
  }

  /** What all of it was read from; undefined where there is more to it. To be asked once, at the end. */
  said(): string | undefined {
    return this.hasPromptFile || this.shelf.hasUnremembered() ? undefined : this.saying?.text();
  }

  async take(entries: readonly Entry[]): Promise<void> {
    this.options.context.signal.throwIfAborted();
    const drafts = await Promise.all(entries.map((entry) => this.draft(entry)));
    for (const entry of entries) this.saying?.add(entry);
    for (const draft of drafts) {
      const problems = 'plan' in draft ? this.enter(draft) : draft.problems;
      if (problems.length === 0) continue;
      this.plan.invalid++;
      this.plan.problems += problems.length;
      for (const problem of problems) this.options.onProblem(problem);
    }
  }

  private async draft(entry: Entry): Promise<Draft | { problems: Problem[] }> {
    if (entry.kind === 'problem') return { problems: [entry.problem] };
    const { folder, outDir, context, readRow, priceOf, caps } = this.options;
    const { place, fields } = entry;
    try {
      const { id, order, expectations, hasPromptFile = false } = await readRow(fields);
      this.hasPromptFile ||= hasPromptFile;
      const plan = await planEdit(
        { ...order, outputFolder: outDir },
        { ...context, cwd: folder },
        this.shelf,
      );
      await this.refuseWayOut(plan);
      const cost = estimate(plan.model, plan.work, priceOf(plan.model.endpoint));
      refuseUnbounded(cost, caps);
      return { place, id, plan, expectations, usd: cost.usd };
    } catch (error) {
      return { problems: problemsOf(error, place, fields) };
    }
  }

  /** Asked once for each folder: nearly all rows have the same. */
  private async refuseWayOut({ targets }: EditPlan): Promise<void> {
    const file = targets?.pathOf(0, '');
    if (file === undefined || !isBelow(file, this.options.outDir)) return;
    const folder = path.dirname(file);
    if (this.inside.has(folder)) return;
    await refuseWayOut(file, this.options.outDir);
    this.inside.add(folder);
  }

  /** Gives a row its identity and its names, and puts it into the ledger. Returns what is wrong with it after all. */
  private enter({ place, id, plan, expectations, usd }: Draft): Problem[] {
    const { ledger, outDir, folder, shard, countMade = false, mayBeMade = false } = this.options;
    const problem = (field: string, message: string): Problem[] => [{ place, field, message }];
    const holder = id === undefined ? undefined : this.claims.claimId(id, placeText(place));
    if (holder !== undefined) return problem('id', `"${id ?? ''}" is the id of ${holder} as well.`);
    const wish = fingerprintOf(plan);
    const ordinal = this.claims.ordinalOf(wish);
    const key = keyOf(wish, ordinal);
    const former = this.earlier.keysOf(plan, shard !== undefined);
    const formerKey = former?.key;
    const isOthers = shard !== undefined && formerKey !== undefined && !isInShard(formerKey, shard);
    const found = isTaken(ledger.db, key) ? undefined : this.earlier.take(plan, former, isOthers);
    if (found !== undefined) {
      renameRow(ledger.db, found, key);
      noteRenamed(ledger);
    }
    const seed = plan.seedIsOurs ? seedOf(key, 1) : plan.seed;
    const named = nameRow({ ...plan, seed }, placeText(place), outDir, this.claims);
    const { delivery, names } = named;
    if (named.problem !== undefined) return problem('output', named.problem);
    if (shard !== undefined && !this.isOurs(key, formerKey, shard)) {
      this.plan.elsewhere++;
      return [];
    }
    const isFresh = found === undefined && !isTaken(ledger.db, key);
    if (isFresh && this.earlier.mayBeOne(plan, shard !== undefined)) {
      this.plan.unrecognised.push({ place, id });
    }
    const isMade =
      (countMade || mayBeMade) &&
      !delivery.force &&
      names.some((name) => isPictureFile(path.join(outDir, name)));
    if (isMade) this.plan.made += mayBeMade ? 0 : 1;
    // A file may have its name because it is what the row made.
    else if (plan.nameTaken !== undefined && !isTaken(ledger.db, key)) {
      return problemsOf(plan.nameTaken, place, {});
    }
    if (ordinal > 0 && !plan.seedIsOurs) this.plan.equal++;
    const expected = expectationsDocument(expectations);
    this.hash.update(JSON.stringify([key, id ?? null, place.file, place.line ?? null, expected]));
    putRow(ledger.db, {
      key,
      position: this.plan.rows++,
      id,
      ...place,
      endpoint: plan.model.endpoint,
      usd,
      plan: storedPlan({ ...plan, seed, delivery }, folder, outDir),
      expected: Object.keys(expected).length === 0 ? undefined : expected,
    });
    if (found !== undefined) noteFormerKey(ledger.db, key, found);
    return [];
  }

  /** Whether a row is this shard's: as it was before, or else by its key. */
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

/** How a shard is noted in the ledger. */
export function shardText({ index, count }: Shard): string {
  return `${index}/${count}`;
}

/** Kinds of error that are about a row: with it something is wrong, or it could cost nobody knows what. */
const OF_A_ROW: readonly string[] = ['usage', 'input', 'budget'];

/** Fields that are spoken of in every row, though it may not have them. */
const OF_EACH_ROW: readonly string[] = ['image', 'prompt', 'output'];

/** What an error says about a row: a problem for each of its lines. Anything but a wrong row is thrown on. */
function problemsOf(error: unknown, place: Place, fields: Fields): Problem[] {
  if (!(error instanceof FalEditError) || !OF_A_ROW.includes(error.kind)) throw error;
  const hint = error.hint === undefined ? '' : ` ${error.hint}`;
  const lines = error.message.split('\n');
  return lines.map((line, index) => {
    const [, field = '', rest = ''] = /^([\w.-]+): (.*)$/s.exec(line) ?? [];
    const isField = Object.hasOwn(fields, field) || OF_EACH_ROW.includes(field);
    const message = `${isField ? rest : line}${index === lines.length - 1 ? hint : ''}`;
    return isField ? { place, field, message } : { place, message };
  });
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
