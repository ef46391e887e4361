/*
 * The parts that are compiled for one kind of machine, in separate packages. npm can be told to leave them out, and a
 * node_modules copied from another machine has the wrong ones. We check that before an edit is paid for.
 */
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { FalEditError, messageOf } from './errors/error.js';

/** Loaded on demand as CommonJS: as an ES module it takes a third longer. */
const load = createRequire(import.meta.url);

/** Loads the ledger's database. @throws FalEditError (input): it cannot be loaded */
export function loadSqlite(): typeof import('@photostructure/sqlite') {
  try {
    return load('@photostructure/sqlite') as typeof import('@photostructure/sqlite');
  } catch (error) {
    throw missingPartError('@photostructure/sqlite', reasonOf(error), error);
  }
}

/**
 * Loads sharp, which takes 70 ms. An existing part may be broken, or for another machine.
 *
 * @throws FalEditError (input): it cannot be loaded
 */
export async function requireSharp(): Promise<void> {
  try {
    await import('sharp');
  } catch (error) {
    const missing = missingPartOfSharp(load);
    if (missing !== undefined) throw missingPartError(missing, 'it is not installed', error);
    throw missingPartError('sharp', reasonOf(error), error);
  }
}

/** Checks that libheif, which decodes HEIC, is there to be loaded. @throws FalEditError (input): it is not */
export function requireLibheif(): void {
  if (resolved(load, 'libheif-js/wasm-bundle.js') === undefined) {
    throw missingPartError('libheif-js', 'it is not installed');
  }
}

/** The line of a package's message that has the system's own error; otherwise the first line. */
function reasonOf(error: unknown): string {
  const lines = messageOf(error).split('\n');
  const [, systemWord] = /ERR_DLOPEN_FAILED: (.*)/.exec(messageOf(error)) ?? [];
  return (systemWord ?? lines[0] ?? '').trim().replace(/\.$/, '');
}

type Require = Pick<NodeJS.Require, 'resolve'>;

/**
 * The package that sharp lacks; undefined if it has all. sharp uses one that was built on this machine, the one for the
 * machine, or the one for any machine (sharp/dist/sharp.cjs).
 *
 * @param from finds packages as the program does
 */
export function missingPartOfSharp(
  from: Require,
  { platform, arch }: { platform: string; arch: string } = { platform: os.platform(), arch: os.arch() },
): string | undefined {
  const sharp = resolved(from, 'sharp');
  if (sharp === undefined) return 'sharp';
  if (isBuiltHere(path.join(path.dirname(sharp), '../src/build/Release'))) return undefined;
  const fromSharp = createRequire(sharp);
  // It does not matter which C library a Linux has: npm installs the one that fits.
  const kinds = platform === 'linux' ? [`linux-${arch}`, `linuxmusl-${arch}`] : [`${platform}-${arch}`];
  for (const kind of kinds) {
    const part = resolved(fromSharp, `@img/sharp-${kind}/sharp.node`);
    if (part === undefined) continue;
    const libvips = `@img/sharp-libvips-${kind}`;
    // On Windows it comes with the part itself.
    const isWhole =
      platform === 'win32' ||
      [fromSharp, createRequire(part)].some((one) => resolved(one, `${libvips}/package`));
    return isWhole ? undefined : libvips;
  }
  const forAny = ['wasm32', 'webcontainers-wasm32', 'freebsd-wasm32'];
  if (forAny.some((kind) => resolved(fromSharp, `@img/sharp-${kind}/sharp.node`))) return undefined;
  return `@img/sharp-${kinds[0] ?? ''}`;
}

function isBuiltHere(folder: string): boolean {
  return existsSync(folder) && readdirSync(folder).some((name) => /^sharp-.*\.node$/.test(name));
}

function resolved(from: Require, name: string): string | undefined {
  try {
    return from.resolve(name);
  } catch {
    return undefined;
  }
}

function missingPartError(name: string, why: string, origin?: unknown): FalEditError {
  return new FalEditError('input', `The package ${name} cannot be loaded: ${why}. Nothing was sent.`, {
    hint: 'Install fal-edit again on this machine, with its optional packages: npm install fal-edit --include=optional',
    details: { package: name },
    origin,
  });
}
