/* V8 settings for a batch. Its defaults suit programs that compute; a batch mostly waits. */
import { setFlagsFromString } from 'node:v8';

/** Growth of the heap, in percent of its live part, that starts a collection. */
const GROWTH_PERCENT = 100;

/**
 * A batch allocates much and keeps little. By default V8 lets garbage grow to four times the live heap in a long run.
 * Collecting sooner costs a few milliseconds per second and keeps memory independent of the length of the run.
 */
export function keepHeapSmall(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
}
