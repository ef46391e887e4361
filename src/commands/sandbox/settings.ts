import path from 'node:path';
import type { Settings } from '../../config/settings.js';
import { parseDuration } from '../../units.js';
import { fieldError, messageOf, usageError } from '../../errors/error.js';
import type { SandboxSettings } from '../../sandbox/server.js';
import type { SandboxName } from '../flags/sandbox.js';
import { readSchemaFolder } from './schema-folder.js';
import { parseToxic } from '../../sandbox/faults/toxic-text.js';

/**
 * The sandbox's settings from flags and variables.
 *
 * @param cwd that the path of a folder starts from
 * @throws FalEditError (usage)
 */
export async function readSandboxSettings(
  { values, origins }: Settings<SandboxName>,
  cwd: string,
): Promise<SandboxSettings> {
  const nameOf = (flag: SandboxName): string => origins[flag] ?? `--${flag}`;
  const whole = (flag: SandboxName, min: number, max: number): number | undefined => {
    const value = values[flag];
    if (value === undefined) return undefined;
    const number = typeof value === 'string' && /^\d{1,6}$/.test(value.trim()) ? Number(value) : NaN;
    if (number >= min && number <= max) return number;
    throw usageError(
      `${nameOf(flag)} must be a whole number from ${min} to ${max}, not ${JSON.stringify(value)}.`,
    );
  };
  const time = (flag: SandboxName): number | undefined => {
    const value = values[flag];
    if (typeof value !== 'string') return undefined;
    const ms = parseDuration(value);
    if (ms !== undefined) return ms;
    throw usageError(`${nameOf(flag)} must be a time, e.g. 600ms or 2s, not "${value}".`);
  };
  const toxics = [values['toxic'] ?? []].flat().map((spec) => {
    try {
      return parseToxic(typeof spec === 'string' ? spec : JSON.stringify(spec));
    } catch (error) {
      throw fieldError(nameOf('toxic'), messageOf(error));
    }
  });
  const pictures = values['pictures'];
  if (pictures !== undefined && pictures !== 'drawn' && pictures !== 'plain') {
    throw usageError(`${nameOf('pictures')} must be drawn or plain, not ${JSON.stringify(pictures)}.`);
  }
  const settings = {
    renderPictures: pictures === undefined ? undefined : pictures === 'drawn',
    port: whole('port', 0, 65_535),
    queueMs: time('queue-time'),
    inferenceMs: time('inference-time'),
    runners: whole('runners', 1, 1_000),
  };
  const given = Object.entries(settings).filter(([, value]) => value !== undefined);
  const schemas = values['schemas'];
  if (schemas !== undefined && (typeof schemas !== 'string' || schemas.trim() === '')) {
    throw usageError(`${nameOf('schemas')} must be a folder, not ${JSON.stringify(schemas)}.`);
  }
  const documents =
    schemas === undefined ? [] : await readSchemaFolder(path.resolve(cwd, schemas), nameOf('schemas'));
  return { ...(Object.fromEntries(given) as SandboxSettings), toxics, documents };
}
