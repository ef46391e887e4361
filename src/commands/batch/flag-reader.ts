import type { EditingName, EditingSettings } from '../flags/editing.js';
import type { Shard } from '../../batch/rows/identity.js';
import type { Rate } from '../../batch/run/pace.js';
import { parseDuration } from '../../units.js';
import { usageError } from '../../errors/error.js';
import { listText } from '../../text.js';

const UNITS_MS = { s: 1_000, m: 60_000, h: 3_600_000 } as const;

/**
 * Readers of one flag each. They return undefined where the flag is not given.
 *
 * All throw a FalEditError (usage) that names the flag and its allowed values.
 */
export function flagReader({ values, origins }: EditingSettings) {
  const text = (flag: EditingName): string | undefined => {
    const value = values[flag];
    return typeof value === 'string' ? value.trim() : undefined;
  };
  const refuse = (flag: EditingName, allowed: string): never => {
    const given = JSON.stringify(values[flag]);
    throw usageError(`${origins[flag] ?? `--${flag}`} must be ${allowed}, not ${given}.`);
  };
  return {
    text: (flag: EditingName): string | undefined =>
      text(flag) === '' ? refuse(flag, 'the name of a file or folder') : text(flag),

    oneOf: <T extends string>(flag: EditingName, allowed: readonly T[]): T | undefined => {
      const given = text(flag)?.toLowerCase();
      if (given === undefined) return undefined;
      return allowed.find((one) => one === given) ?? refuse(flag, listText(allowed, 'or'));
    },

    whole: (flag: EditingName, min: number, max: number): number | undefined => {
      const value = values[flag];
      const given = typeof value === 'number' ? value : text(flag);
      if (given === undefined) return undefined;
      const number = typeof given === 'number' || /^\d+$/.test(given) ? Number(given) : NaN;
      return Number.isInteger(number) && number >= min && number <= max
        ? number
        : refuse(flag, `a whole number from ${min} to ${max}`);
    },

    /** Milliseconds. */
    duration: (flag: EditingName): number | undefined => {
      const given = text(flag);
      if (given === undefined) return undefined;
      return parseDuration(given) ?? refuse(flag, 'a time, e.g. 30m, 24h, 7d, or 0');
    },

    shard: (flag: EditingName): Shard | undefined => {
      const given = text(flag);
      if (given === undefined) return undefined;
      const [, index = 0, count = 0] = /^(\d{1,5})\/(\d{1,5})$/.exec(given)?.map(Number) ?? [];
      return index >= 1 && index <= count
        ? { index, count }
        : refuse(flag, 'a part and the number of parts, e.g. 2/8');
    },

    rate: (flag: EditingName): Rate | undefined => {
      const given = text(flag);
      if (given === undefined) return undefined;
      const [, count = '', unit = 's'] = /^(\d+(?:\.\d+)?)\s*\/\s*(s|m|h)$/i.exec(given) ?? [];
      const perMs = UNITS_MS[unit.toLowerCase() as keyof typeof UNITS_MS];
      return Number(count) > 0
        ? { count: Number(count), perMs }
        : refuse(flag, 'a number of submits per second, minute or hour, e.g. 5/s, 30/m, 1000/h');
    },

    /** A number of failures, or a share of the rows. */
    failures: (flag: EditingName): { count: number } | { percent: number } | undefined => {
      const given = text(flag);
      if (given === undefined) return undefined;
      const [, number = '', percent] = /^(\d+(?:\.\d+)?)\s*(%?)$/.exec(given) ?? [];
      const value = Number(number);
      if (percent === '%' && value > 0 && value <= 100) return { percent: value };
      if (percent === '' && Number.isInteger(value) && value >= 1) return { count: value };
      return refuse(flag, 'a whole number from 1 up, or a share such as 5%');
    },
  };
}
