/* Many edits from a program. The code that makes them is loaded with the first call. */
import {
  checkBatch,
  checkCompare,
  type BatchCall,
  type BatchResult,
  type CompareCall,
  type CompareResult,
} from './many-call.js';

/**
 * Edits many pictures. Never prints, pays for each edit at most once, and continues where an earlier call with the
 * same folder stopped. Edits that fail do not throw: see `error` and `rows` of the result.
 *
 * @throws FalEditError: it could not begin (`usage`, `input`, `auth`, `locked`, …), or was interrupted by the signal
 */
export async function batch(call: BatchCall): Promise<BatchResult> {
  checkBatch(call);
  const { runBatchCall } = await import('./run-many.js');
  return runBatchCall(call);
}

/**
 * Edits the same pictures with several models, and measures how the results differ. Otherwise like {@link batch}.
 *
 * @throws FalEditError: as {@link batch}
 */
export async function compare(call: CompareCall): Promise<CompareResult> {
  checkCompare(call);
  const { runCompareCall } = await import('./run-many.js');
  return runCompareCall(call);
}
