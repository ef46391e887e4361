import { usageError } from '../../errors/error.js';
import { writtenDown, FORMS } from '../../migrate/forms/forms.js';
import { localFiles } from '../../migrate/local-files.js';
import type { KeptRequest } from '../../migrate/request.js';
import { translate } from '../../migrate/translate.js';
import { SCHEMA_VERSION } from '../edit/document.js';
import type { ModelSource } from '../model-source.js';
import { modelOfRequest, modelToReach, wayText } from './models.js';
import type { MigrateOptions } from './options.js';
import { changesDocument, printChanges, printResult, warnOfLocalFiles, type Printing } from './print.js';

/** Translates one request and prints it. @throws FalEditError (usage, input) */
export async function migrateOne(
  request: KeptRequest,
  options: MigrateOptions,
  printing: Printing,
  models: ModelSource,
): Promise<void> {
  const from = await modelOfRequest(request, options.from, models);
  await models.refuseUnused();
  const to = modelToReach(from.model, options.to);
  if (from.model === to.model) {
    throw usageError(
      `This request is already for ${to.model.name}.`,
      from.how === undefined ? 'Name another model with --to.' : `Its model was inferred ${from.how}.`,
    );
  }
  const { input, changes } = translate(request.input, from.model, to.model, options);
  if (printing.json) {
    printing.terminal.json({
      schema_version: SCHEMA_VERSION,
      status: 'ok',
      from: from.model.name,
      to: to.model.name,
      input,
      fates: changesDocument(changes),
    });
    return;
  }
  const form = options.form ?? 'json';
  const text = writtenDown(form, to.model, input);
  printChanges(wayText(from, to), changes, printing);
  if (!FORMS[form].uploads) warnOfLocalFiles(localFiles(to.model, input), printing);
  printResult(text, printing);
}
