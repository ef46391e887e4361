/* How V8 is to run a batch. Its own habits are made for programs that compute; a batch waits. */
import { setFlagsFromString } from 'node:v8';

/** How much the heap may grow, in per cent of what is alive, before it is cleaned up. */
const GROWTH_PERCENT = 100;

/**
 * A batch throws away much and keeps little: left to itself, V8 lets the garbage of a long run grow to four times what
 * is alive. Cleaning up sooner costs a few milliseconds a second, and the memory of a run does not depend on its length.
 */
export function keepHeapSmall(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
}
