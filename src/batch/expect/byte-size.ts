const UNITS = {
  b: 1,
  kb: 1_000,
  mb: 1_000_000,
  gb: 1_000_000_000,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
} as const;

/** Parses `2MB`, `500 kB`, `1.5 MiB` or a whole number of bytes; undefined if invalid. Rounds to whole bytes. */
export function parseByteSize(text: string): number | undefined {
  const match = /^(\d+)(\.\d+)?(?:\s*([kmg]i?b|b))?$/i.exec(text.trim());
  if (match === null) return undefined;
  const [, whole = '', fraction = '', unit = 'b'] = match;
  const size = UNITS[unit.toLowerCase() as keyof typeof UNITS];
  if (size === 1 && fraction !== '') return undefined;
  return Math.round(Number(whole + fraction) * size);
}
