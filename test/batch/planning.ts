import { problemText } from '../../src/errors/error.js';
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import sharp from 'sharp';
import { readExpectations } from '../../src/batch/expect/expectations.js';
import { folderIdentity } from '../../src/batch/folder/folder-identity.js';
import { fieldProblem, type Entry, type Fields } from '../../src/batch/manifest/entry.js';
import { planRows } from '../../src/batch/rows/planner.js';
import type { BatchPlan, PlanOptions, RowOrder } from '../../src/batch/rows/reading.js';
import { systemContext, type Context } from '../../src/context.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import { rowsInOrder, type RowWithJob } from '../../src/ledger/batch/states.js';
import { findModel } from '../../src/models/registry.js';
import type { Lora, OutputFormat } from '../../src/models/request.js';
import { tempDir } from '../support/temp-dir.js';

/** A row as these tests write it. `image` is cat.png and `prompt` is snow where it says nothing. */
export interface RowFields {
  id?: string;
  image?: string;
  images?: string[];
  prompt?: string;
  model?: string;
  seed?: number;
  strength?: number;
  loras?: Lora[];
  num_images?: number;
  output?: string;
  format?: OutputFormat;
  set?: Fields;
  expect?: Fields;
  force?: boolean;
}

/** Reads a row's fields, as simply as can be: what the command line makes of them is tested elsewhere. */
export function readRow(fields: Fields): Promise<RowOrder> {
  const row = fields as RowFields;
  const { id, image = 'cat.png', images = [image], prompt = 'snow', seed, strength, loras, output } = row;
  return Promise.resolve({
    id,
    expectations: readExpectations(row.expect, 'expect'),
    order: {
      model: findModel(row.model),
      request: {
        ...{ prompt, images, strength, loras, numImages: row.num_images, format: row.format },
        seed: seed ?? 0,
        ...(row.set === undefined ? {} : { set: row.set }),
      },
      output,
      force: row.force === true,
      keepBlanked: false,
      seedIsOurs: seed === undefined,
      nameOf: (setting) =>
        setting === 'images' ? 'image' : setting === 'numImages' ? 'num_images' : setting,
    },
  });
}

/** The rows as a manifest's reader hands them over. */
export async function* entriesOf(rows: Iterable<RowFields | string>): AsyncGenerator<Entry, void, undefined> {
  let line = 0;
  for (const row of rows) {
    const place = { file: 'rows.jsonl', line: ++line };
    await Promise.resolve();
    if (typeof row === 'string') yield { kind: 'problem', problem: { place, message: row } };
    else yield { kind: 'row', place, fields: row as Fields };
  }
}

export interface Planned extends BatchPlan {
  /** As people see them. */
  texts: string[];
}

/** Reads rows into a ledger. The rows' folder is that in which the out-dir lies. */
export async function planInto(
  ledger: Ledger,
  rows: Iterable<RowFields | string>,
  options: Partial<PlanOptions> & { context?: Context } = {},
): Promise<Planned> {
  const outDir = ledger.root!;
  const texts: string[] = [];
  const plan = await planRows(entriesOf(rows), {
    ...{
      ledger,
      outDir,
      folder: path.dirname(outDir),
      readRow,
      pricesOf: () => Promise.resolve({}),
      shard: undefined,
    },
    ...{ caps: {}, skipInvalid: false, again: false, context: quietContext() },
    identity: folderIdentity(ledger.db),
    onProblem: (problem) => void texts.push(problemText(fieldProblem(problem))),
    ...options,
  });
  return { ...plan, texts };
}

/** The real world without a word on stdin. */
export function quietContext(signal = new AbortController().signal): Context {
  return { ...systemContext(signal), stdin: new PassThrough().end() };
}

/** A photo of one colour, which tells it from others; all of one size have as many bytes. */
export function photo(colour: string, width = 32, height = 24): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: colour } })
    .png({ compressionLevel: 0 })
    .toBuffer();
}

/** A folder with `cat.png`, written long ago, and an `out` in it. */
export async function batchFolder(): Promise<{ folder: string; outDir: string }> {
  const folder = await tempDir();
  const outDir = path.join(folder, 'out');
  await mkdir(outDir);
  await writeOld(path.join(folder, 'cat.png'), await photo('orange'));
  return { folder, outDir };
}

/** Writes a file as if that had been an hour ago, as far as a program can. */
export async function writeOld(file: string, bytes: Uint8Array | string): Promise<void> {
  await writeFile(file, bytes);
  const then = Date.now() / 1000 - 3600;
  await utimes(file, then, then);
}

export const allRows = (ledger: Ledger): RowWithJob[] => [...rowsInOrder(ledger)];
