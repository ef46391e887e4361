/**
 * Two-sided sign test: the probability that a fair coin gives at least as uneven a count, in either direction. 1
 * without pairs.
 *
 * @param first number of pairs in which the first is ahead; ties are left out
 * @param second number of pairs in which the second is ahead
 * @returns 0..1
 */
export function signTest(first: number, second: number): number {
  const count = first + second;
  const few = Math.min(first, second);
  let term = 0.5 ** count;
  let tail = 0;
  for (let heads = 0; heads <= few; heads++) {
    tail += term;
    term = (term * (count - heads)) / (heads + 1);
  }
  return Math.min(1, 2 * tail);
}
