/**
 * fal-edit as a library: edits without argv and without printing.
 *
 * ```ts
 * import { edit } from 'fal-edit';
 *
 * const result = await edit({ images: 'photo.jpg', prompt: 'turn it into a watercolor' });
 * console.log(result.images[0]?.path, result.requestId, result.cost.billedUsd);
 * ```
 */
export type { Access, EditCall, EditContext, Picture } from './library/call.js';
export { edit, estimate, wait, type EditResult, type ResultImage } from './library/edit.js';
export { batch, compare } from './library/many.js';
export type {
  BatchCall,
  BatchResult,
  BatchRow,
  CompareCall,
  ComparedSettings,
  CompareResult,
  ManyCall,
  RowSettings,
} from './library/many-call.js';
export type { BatchEvent } from './batch/events.js';
export type { Expectations } from './batch/expect/expectations.js';
export type { BatchSummary, ResultRow } from './batch/rows/result-row.js';
export type { Comparison } from './report/compare/document.js';
export type { Estimate } from './edit/plan/estimate.js';
export type { EditEvent } from './edit/events.js';
export type { EditedImage } from './edit/record.js';
export { FalEditError, InterruptedError, type Charged } from './errors/error.js';
export { EXIT_CODES, type ErrorKind } from './exit-codes.js';
export type { Dimensions, Lora, OutputFormat, SizePreset } from './models/request.js';
