/** Alternatives in a sentence: `png, jpeg or webp`. */
export function orText(words: readonly string[]): string {
  const head = words.slice(0, -1);
  return head.length === 0 ? words.join('') : `${head.join(', ')} or ${words.at(-1) ?? ''}`;
}
