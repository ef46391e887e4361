import type { Context } from '../../context.js';
import { usageError } from '../../errors/error.js';
import { EXIT_OK, type ExitCode } from '../../exit-codes.js';
import { inputJsonSchema } from '../../models/json-schema.js';
import type { Model } from '../../models/model.js';
import { MODELS } from '../../models/registry.js';
import { errorText } from '../../terminal/error-text.js';
import { modelSource } from '../model-source.js';
import { askFal } from './ask-fal.js';
import { detailLines } from './detail.js';
import { modelsDocument } from './document.js';
import { overviewLines } from './overview.js';
import type { CallOf } from '../command.js';
import type { MODELS_COMMAND } from './command.js';

type ModelsCall = CallOf<typeof MODELS_COMMAND>;

/** `fal-edit models [name...]`: describes the models; with `--check`, compares them with fal. */
export async function runModels(call: ModelsCall): Promise<ExitCode> {
  const { words, settings, context, terminal, json } = call;
  const { values } = settings;
  const models = modelSource(settings, call, 'show');
  const named: Model[] = [];
  for (const word of words) {
    const model = await models.load(word, 'models');
    if (!named.includes(model)) named.push(model);
  }
  await models.refuseUnused();
  if (values['check'] === true) return check(named.length === 0 ? MODELS : named, call);
  if (values['json-schema'] === true) terminal.json(inputJsonSchema(only(named)));
  else if (json) terminal.json(modelsDocument(named.length === 0 ? MODELS : named));
  else for (const line of linesOf(named, context)) terminal.result(line);
  return EXIT_OK;
}

function linesOf(named: readonly Model[], { stdout }: Context): string[] {
  if (named.length === 0) return overviewLines(MODELS, stdout);
  return named.flatMap((model, index) => [...(index === 0 ? [] : ['']), ...detailLines(model)]);
}

function only(named: readonly Model[]): Model {
  const [model] = named;
  if (model !== undefined && named.length === 1) return model;
  const names = MODELS.map(({ name }) => name).join(', ');
  throw usageError(`--json-schema takes one model: ${names}.`, 'fal-edit models flux-dev --json-schema');
}

/** Needs no key: without one, it checks what fal shows publicly. */
async function check(models: readonly Model[], call: ModelsCall): Promise<ExitCode> {
  const { settings, terminal, json } = call;
  const sandbox = settings.values['sandbox'] === true;
  const [{ checkModels }, { verdictOf }, { checkLines }, { checkDocument }] = await Promise.all([
    import('./check.js'),
    import('./verdict.js'),
    import('./check-lines.js'),
    import('./check-document.js'),
  ]);
  const checks = await askFal(call, (access) => checkModels(models, access));
  const verdict = verdictOf(checks, sandbox);
  if (json) terminal.json(checkDocument(checks, verdict, sandbox));
  else for (const line of checks.flatMap(checkLines)) terminal.result(line);
  if (verdict === undefined) return EXIT_OK;
  terminal.error(errorText(verdict, terminal));
  return verdict.exitCode;
}
