import { FalEditError, messageOf } from '../errors/error.js';
import { DownloadError } from '../errors/failures.js';
import type { Job } from '../ledger/job.js';
import { isSandbox } from '../ledger/spending.js';
import { SINGLE_EDIT, type NextSteps } from './next-steps.js';
import type { EditRecord } from './record.js';

/** Error for a successful answer without pictures; other files of it may be saved. */
export function noPicturesError(record: EditRecord): FalEditError {
  const units = record.cost.billedUnits;
  const id = record.requestId ?? '';
  const others = record.images.filter(({ path }) => path !== null).length;
  const saved =
    others === 0
      ? ''
      : ` ${others === 1 ? 'The file' : `The ${others} files`} in it ${others === 1 ? 'is' : 'are'} saved.`;
  return new FalEditError(
    'failed',
    `fal says that the edit is done, but its answer contains no picture.${saved}`,
    {
      charged: units === 0 ? 'no' : units === null ? 'maybe' : 'yes',
      hint: `Read its answer: fal-edit result ${id}. Ask fal about request ${id}.`,
      details: { request_id: record.requestId },
    },
  );
}

/** Error for an answer with more pictures than any request can ask for: none of them is fetched. */
export function tooManyPicturesError(record: EditRecord, count: number): FalEditError {
  return new FalEditError('failed', `fal's answer names ${count} pictures; more than 100 are not fetched.`, {
    charged: record.cost.billedUnits === 0 ? 'no' : 'yes',
    hint: `Ask fal about request ${record.requestId ?? ''}.`,
    details: { request_id: record.requestId },
  });
}

/** Error if an earlier run of this command may have sent its edit. This run sends nothing. */
export function stillUnknownError(
  { id, intentAt, plannedAt, via }: Job,
  nextSteps = SINGLE_EDIT,
): FalEditError {
  const bill = isSandbox(via) ? '' : ' and may be charged';
  const when = new Date(intentAt ?? plannedAt).toISOString();
  return new FalEditError(
    'unknown',
    `This same edit may have been sent on ${when}${bill}; the outcome is unknown. Nothing was sent now.`,
    {
      charged: 'maybe',
      hint: `${nextSteps.check(id)}. To pay for another one anyway: --again`,
      details: { job: id },
    },
  );
}

/** The first failure, with the number of failures and the request that still has the pictures. */
export function collectError(
  failures: unknown[],
  total: number,
  record: EditRecord,
  nextSteps: NextSteps,
): FalEditError {
  const [first] = failures;
  const count = total === 1 ? '' : ` (${failures.length} of ${total} pictures; the others are saved)`;
  const details = { request_id: record.requestId, ...(first instanceof FalEditError ? first.details : {}) };
  const again = nextSteps.fetch(record.requestId ?? '');
  const urls = urlsOf(failures);
  const hint = urls.length === 0 ? again : `${again}. fal keeps it for a while at ${urls.join(' ')}`;
  if (!(first instanceof FalEditError)) {
    return new FalEditError(
      'failed',
      `The picture is ready, but was not saved${count}: ${messageOf(first)}`,
      {
        charged: 'yes',
        hint,
        details,
        origin: first,
      },
    );
  }
  return first.with({
    message: `${first.message}${count}`,
    charged: 'yes',
    // A failure on this machine has its own hint.
    hint: first.kind === 'failed' ? first.hint : hint,
    details,
    origin: first,
  });
}

function urlsOf(failures: unknown[]): string[] {
  return failures.flatMap((failure) =>
    failure instanceof DownloadError && failure.url.length < 500 ? [failure.url] : [],
  );
}

/** Error for pictures that came back black. */
export function blankedError(
  blanked: number,
  total: number,
  kept: boolean,
  record: EditRecord,
): FalEditError {
  const which = total === 1 ? 'The picture was' : `${blanked} of ${total} pictures were`;
  const outcome = kept ? 'saved anyway' : 'not saved';
  return new FalEditError('moderated', `${which} blanked by fal's safety checker and ${outcome}.`, {
    charged: record.cost.billedUnits === 0 ? 'no' : 'yes',
    hint: 'Change the prompt or the picture, or try another seed.',
    details: { request_id: record.requestId, blanked, total },
  });
}
