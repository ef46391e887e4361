/**
 * Result of comparing a request that fal kept with the one that was sent.
 *
 * - same: every field that was sent is there with its value. fal may have added its defaults.
 * - unclear: nothing contradicts it, but some fields are missing.
 * - other: a field has another value.
 */
export type Comparison = 'same' | 'unclear' | 'other';

/**
 * Compares by value, at any depth; the order of keys does not matter.
 *
 * @param kept undefined if fal kept nothing
 * @param aliases fields that carry one value under several names; fal need not keep all of them (fal-api.md 1.5)
 */
export function compareInputs(
  sent: Readonly<Record<string, unknown>>,
  kept: Readonly<Record<string, unknown>> | undefined,
  aliases: readonly (readonly string[])[] = [],
): Comparison {
  const has = (name: string): boolean => kept !== undefined && Object.hasOwn(kept, name);
  const isKeptElsewhere = (name: string): boolean =>
    aliases.some(
      (group) =>
        group.includes(name) &&
        group.some((other) => has(other) && compare(sent[name], sent[other]) === 'same'),
    );
  const names = Object.keys(sent);
  const known = names.filter((name) => has(name) || !isKeptElsewhere(name));
  if (known.length === 0) return 'unclear';
  return least(known.map((name) => compare(sent[name], has(name) ? kept?.[name] : undefined)));
}

function compare(sent: unknown, kept: unknown): Comparison {
  if (kept === undefined) return 'unclear';
  if (Array.isArray(sent)) {
    if (!Array.isArray(kept) || kept.length !== sent.length) return 'other';
    return least(sent.map((item, index) => compare(item, kept[index])));
  }
  if (isObject(sent)) {
    if (!isObject(kept)) return 'other';
    const valueOf = (name: string): unknown => (Object.hasOwn(kept, name) ? kept[name] : undefined);
    return least(Object.entries(sent).map(([name, value]) => compare(value, valueOf(name))));
  }
  return sent === kept ? 'same' : 'other';
}

function least(parts: readonly Comparison[]): Comparison {
  if (parts.includes('other')) return 'other';
  return parts.includes('unclear') ? 'unclear' : 'same';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
