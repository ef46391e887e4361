import { FalEditError, messageOf } from '../../errors/error.js';
import { download } from '../../fal/download.js';
import { decodeDataUri } from '../../images/data-uri.js';
import { recogniseResult, type ResultFile } from '../../images/result-file.js';
import type { OutputImage } from '../../models/model.js';
import type { Deadline } from '../../deadline.js';
import { accessOf, type EditEnv } from '../env.js';

/** A whole file as fal returned it. */
export interface Received {
  bytes: Uint8Array;
  file: ResultFile;
}

/**
 * Gets one file that fal's answer names: by download, or from the answer itself.
 *
 * @param patient wait out temporary trouble until the deadline, instead of giving up after a few attempts
 * @throws FalEditError (temporary, failed), charged
 */
export async function receive(
  { url, contentType }: Pick<OutputImage, 'url' | 'contentType'>,
  { env, deadline }: { env: EditEnv; deadline: Deadline },
  patient: boolean,
): Promise<Received> {
  if (/^data:/i.test(url)) return unpacked(url, contentType);
  let file: ResultFile | undefined;
  const bytes = await download(url, {
    ...accessOf(env, deadline.signal),
    patient,
    check: (candidate) => {
      file = recogniseResult(candidate, contentType);
    },
  });
  return { bytes, file: file ?? recogniseResult(bytes, contentType) };
}

function unpacked(uri: string, contentType: string | undefined): Received {
  try {
    const bytes = decodeDataUri(uri);
    return { bytes, file: recogniseResult(bytes, contentType ?? /^data:([^;,]+)/i.exec(uri)?.[1]) };
  } catch (error) {
    throw new FalEditError('failed', `A file in fal's answer cannot be read: ${messageOf(error)}`, {
      charged: 'yes',
      origin: error,
    });
  }
}
