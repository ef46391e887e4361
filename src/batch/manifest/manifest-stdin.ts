import type { Context } from '../../context.js';
import { inputError, messageOf } from '../../errors.js';
import { bytesOf } from './bytes.js';
import type { ManifestFormat } from './format.js';
import type { Manifest } from './rows.js';

/**
 * A manifest on stdin. Its rows can be read once: a second time `chunks` throws.
 *
 * @throws FalEditError (input): stdin is a terminal, or was read already
 */
export function manifestOnStdin(
  format: ManifestFormat | undefined,
  { cwd, stdin, signal }: Pick<Context, 'cwd' | 'stdin' | 'signal'>,
): Manifest {
  if ('isTTY' in stdin && stdin.isTTY === true) {
    throw inputError('manifest: "-" reads rows from stdin, but stdin is a terminal.', {
      hint: 'Pipe a manifest in, or name a file.',
    });
  }
  let isTaken = stdin.readableEnded || stdin.destroyed;
  const checkFree = () => {
    if (isTaken) throw inputError('manifest: stdin has already been read, and can be read only once.');
  };
  checkFree();
  return {
    name: 'stdin',
    folder: cwd,
    notation: format,
    chunks: () => {
      checkFree();
      isTaken = true;
      return bytesOf(stdin, signal, (error) =>
        inputError(`manifest: stdin cannot be read: ${messageOf(error)}.`, { origin: error }),
      );
    },
  };
}
