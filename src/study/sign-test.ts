/**
 * How probable it is that a fair coin falls at least as unevenly as this, in either direction: the two-sided sign
 * test of pairs. 1 where there are none.
 *
 * @param first in how many pairs the one is ahead; ties are to be left out
 * @param second in how many the other is
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
