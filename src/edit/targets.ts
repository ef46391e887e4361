import { lstat, stat } from 'node:fs/promises';
import path from 'node:path';
import { codeOf, usageError, type FalEditError } from '../errors.js';
import type { Destination, Placeholder } from './destination.js';
import { trySaving } from './save.js';

/** Values of a template's placeholders; the request id is known only after the submit. */
export interface TemplateValues {
  name: string;
  seed: number;
  model: string;
  ext: string;
}

/** Bytes that a file's name may have on common file systems, less room for a number. */
const LONGEST_NAME = 200;

/** Bytes that a file's whole name may have: the bound of nearly every file system. */
const LONGEST_FILE = 255;

/** As long as the real one, which is known only after the submit. */
const SOME_REQUEST_ID = '00000000-0000-0000-0000-000000000000';

/** Makes the paths of an edit's pictures. Names come from the template and from us, never from the server. */
export class Targets {
  constructor(
    private readonly destination: Extract<Destination, { kind: 'files' }>,
    private readonly values: TemplateValues,
    private readonly count: number,
    private readonly cwd: string,
    /** Name of the setting in messages. */
    private readonly place = '--output',
  ) {}

  /** Whether a taken name gets a number. */
  get numberWhenTaken(): boolean {
    return this.destination.numberWhenTaken;
  }

  /** Whether the name ends as the picture's format has it, and not as the user wrote it. */
  get endingIsOurs(): boolean {
    return this.destination.template.endsWith('.{ext}');
  }

  /** The ending of the format that was asked for, without the dot. */
  get ext(): string {
    return this.values.ext;
  }

  /**
   * Absolute path of the picture of that index, counted from 0. Several pictures never share a path.
   *
   * @param ext another ending than the one that was asked for
   */
  pathOf(index: number, requestId: string, ext = this.ext): string {
    const { template } = this.destination;
    const values: Record<Placeholder, () => string> = {
      name: () => harmlessName(this.values.name),
      index: () => String(index + 1),
      seed: () => String(this.values.seed),
      model: () => harmlessName(this.values.model),
      ext: () => ext,
      request_id: () => harmlessName(requestId),
    };
    const file = path.resolve(
      this.cwd,
      template.replace(/\{([^{}]*)\}/g, (_, placeholder: Placeholder) => values[placeholder]()),
    );
    const distinct = this.count === 1 || template.includes('{index}');
    return distinct ? file : numbered(file, index + 1);
  }

  /**
   * Finds what would stop the pictures from being saved, before anything is sent.
   *
   * @param writable folders that are known to take files; those that turn out to are added
   * @returns an error (usage) where a name is taken by a file
   * @throws FalEditError (usage): a folder that cannot be written to, a name that is a folder's or too long
   */
  async check(force: boolean, writable = new Set<string>()): Promise<FalEditError | undefined> {
    const files = Array.from({ length: this.count }, (_, index) => this.pathOf(index, SOME_REQUEST_ID));
    for (const name of files.map((file) => path.basename(file))) {
      if (Buffer.byteLength(name) <= LONGEST_FILE) continue;
      throw usageError(
        `${this.place}: the name ${name.slice(0, 40)}… is too long: at most ${LONGEST_FILE} bytes.`,
      );
    }
    for (const folder of new Set(files.map((file) => path.dirname(file)))) {
      if (writable.has(folder)) continue;
      await this.checkFolder(folder);
      writable.add(folder);
    }
    const known = !this.destination.template.includes('{request_id}');
    if (!known || this.numberWhenTaken) return undefined;
    for (const file of files) {
      if (!(await exists(file))) continue;
      if ((await stat(file).catch(() => undefined))?.isDirectory() === true) {
        throw usageError(`${this.place}: ${this.shown(file)} is a folder.`);
      }
      if (!force) {
        return usageError(
          `${this.place}: ${this.shown(file)} already exists. Nothing was sent.`,
          'Overwrite it with --force, or choose another name.',
        );
      }
    }
    return undefined;
  }

  /** A folder that is missing is made later; what can be tried now is the nearest one that exists. */
  private async checkFolder(folder: string): Promise<void> {
    let existing = folder;
    while (!(await exists(existing)) && path.dirname(existing) !== existing)
      existing = path.dirname(existing);
    try {
      await trySaving(existing);
    } catch (error) {
      throw usageError(
        `${this.place}: cannot write to the folder ${existing} (${codeOf(error) ?? 'unknown reason'}). Nothing was sent.`,
      );
    }
  }

  private shown(file: string): string {
    return path.relative(this.cwd, file) || file;
  }
}

/** `photo.png`, 2 → `photo.2.png`; the first keeps its name. */
export function numbered(file: string, number: number): string {
  if (number === 1) return file;
  const { dir, name, ext } = path.parse(file);
  return path.join(dir, `${name}.${number}${ext}`);
}

/** A text from outside as part of a file name: no separators, no control characters, not hidden, not too long. */
export function harmlessName(text: string): string {
  // Most are, and a batch asks of thousands.
  if (text.length <= LONGEST_NAME && /^\w[\w .()+-]*$/.test(text)) return text;
  // Each letter has a byte at least: what is cut off here is too long anyway, and may be megabytes.
  const letters = Array.from(text.slice(0, LONGEST_NAME), (letter) => letter.replace(HARMFUL, '_'));
  while (Buffer.byteLength(letters.join('')) > LONGEST_NAME) letters.pop();
  const short = letters.join('').replace(/^\.+/, '_');
  return short === '' ? 'picture' : short;
}

/** Names that some system does not allow, and characters that would affect a terminal. */
const HARMFUL = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069/\\:*?"<>|]/u;

async function exists(file: string): Promise<boolean> {
  try {
    await lstat(file);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    // ENOTDIR: a part of the path is a file; the caller goes up to it and fails to write there.
    return codeOf(error) !== 'ENOTDIR';
  }
}
