/*
 * INVARIANT: the bytes of a finished picture follow from what fal returned, the job's specification and the kept parts
 * of the input alone. So every run that finishes a picture writes the same file.
 */
import { codeOf, FalEditError, inputError, messageOf } from '../../errors/error.js';
import { PictureError } from '../../images/picture-errors.js';
import { hasKept, keepParts, keptParts, keptProfile } from '../../ledger/kept-inputs.js';
import type { FinishSpec } from '../../ledger/job.js';
import type { Ledger } from '../../ledger/ledger.js';
import { listText } from '../../text.js';
import type { Attachment } from '../plan/attachments.js';

/**
 * Keeps what finishing the results will need of the input. Called before the submit.
 *
 * @throws FalEditError (input): the file has changed, or cannot be decoded; (temporary): its parts cannot be written
 */
export async function keepInput(
  ledger: Ledger,
  finish: FinishSpec | undefined,
  attachments: readonly Attachment[],
): Promise<void> {
  if (finish === undefined || (await hasKept(ledger, finish))) return;
  const input = attachments.find(({ source }) => source === finish.source);
  const bytes = await input?.original?.();
  if (bytes === undefined) return;
  const flags = listText(flagsOf(finish), 'and');
  const { partsOf } = await import('../../images/finish.js');
  try {
    await keepParts(ledger, finish, await partsOf(bytes, finish));
  } catch (error) {
    if (error instanceof FalEditError) throw error;
    if (error instanceof PictureError) {
      throw inputError(`${flags}: ${input?.label ?? 'the input'} ${error.problem}. Nothing was sent.`, {
        origin: error,
      });
    }
    throw new FalEditError(
      'temporary',
      `Cannot keep what ${flags} needs of the input, beside the ledger: ${codeOf(error) ?? messageOf(error)}. Nothing was sent.`,
      { charged: 'no', hint: 'Free some space there, then run it again.', origin: error },
    );
  }
}

/** A picture ready to be saved. */
export interface Finished {
  bytes: Uint8Array;
  /** One sentence each. */
  warnings: string[];
}

/**
 * Finishes a picture: fal's own bytes if nothing changes. What cannot be done is left out, with a warning: the picture
 * is paid for.
 *
 * @returns undefined if the parts of the input are gone
 */
export async function finish(
  ledger: Ledger,
  spec: FinishSpec,
  received: Uint8Array,
): Promise<Finished | undefined> {
  try {
    const parts = await keptParts(ledger, spec);
    if (parts === undefined) return undefined;
    const { finishedPicture } = await import('../../images/finish.js');
    return await finishedPicture(received, parts, keptProfile(ledger, spec));
  } catch (error) {
    const [reason = ''] = messageOf(error).split('\n', 1);
    const warning = `The picture was saved as fal returned it, without ${stepsText(spec)}: ${reason}.`;
    return { bytes: received, warnings: [warning] };
  }
}

/** Warning that the kept parts are gone. */
export function goneWarning(spec: FinishSpec): string {
  return `The copy of the input is gone, so the picture was saved as fal returned it, without ${stepsText(spec)}.`;
}

function flagsOf({ alpha, icc, metadata }: FinishSpec): string[] {
  return [
    ...(alpha === true ? ['--alpha'] : []),
    ...(icc === true ? ['--icc'] : []),
    ...(metadata === undefined ? [] : ['--metadata']),
  ];
}

function stepsText({ alpha, icc, metadata }: FinishSpec): string {
  const steps = [
    ...(alpha === true ? ['its transparency (--alpha)'] : []),
    ...(icc === true ? ["the input's colour profile (--icc)"] : []),
    ...(metadata === undefined ? [] : ["the input's metadata (--metadata)"]),
  ];
  return listText(steps, 'and');
}
