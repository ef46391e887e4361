const LONGEST = 40;

/** A value of a request within a sentence, cut where it is long. */
export function shortValue(value: unknown): string {
  if (isSize(value)) return `${String(value.width)}x${String(value.height)}`;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}

function isSize(value: unknown): value is { width: number; height: number } {
  if (typeof value !== 'object' || value === null) return false;
  const { width, height } = value as { width?: unknown; height?: unknown };
  return typeof width === 'number' && typeof height === 'number';
}
