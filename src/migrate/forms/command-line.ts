import { inputError } from '../../errors/error.js';
import { editArguments } from '../../models/arguments.js';
import { shellWords } from '../../shell-words.js';
import type { Form } from './form.js';

/** Characters that a terminal would act on. Line ends and tabs are plain text inside quotes. */
const ACTS = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Our own command, which uploads files of this machine. */
export const commandLine: Form = {
  uploads: true,
  body: (model, input) => {
    const words = ['fal-edit', ...editArguments(model, input)];
    if (words.some((word) => word.includes('\0'))) {
      throw inputError('The request has a NUL character, which a command line cannot contain.', {
        hint: 'Use --as json, curl, js or python.',
      });
    }
    // Each of them stands within single quotes, since shellWords leaves only plain words without.
    return shellWords(words).replace(ACTS, (character) =>
      character === '\n' || character === '\t' ? character : `'"$(printf '${octal(character)}')"'`,
    );
  },
};

/** The bytes of a character as POSIX's printf reads them. */
function octal(character: string): string {
  return [...Buffer.from(character)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}
