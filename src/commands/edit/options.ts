import type { FlagValue } from '../../config/settings.js';
import { FLAGS_BEHIND, type EditingSettings } from '../flags/editing.js';
import type { Context } from '../../context.js';
import { assumptionOf, type Assumption } from '../../edit/plan/estimate.js';
import { usageError } from '../../errors/error.js';
import type { Caps } from '../../ledger/spending.js';
import type { Model } from '../../models/model.js';
import { findModel } from '../../models/registry.js';
import { chosenSeed } from '../../models/chosen-seed.js';
import { readRequest, type GivenRequest } from '../../models/read-request.js';
import { readPictureSettings } from '../../models/picture-settings.js';
import {
  flagOf,
  isPictureKey,
  isRequestKey,
  type EditRequest,
  type NamedSetting,
  type NameOf,
  type PictureSettings,
} from '../../models/request.js';
import { refuseUnsupported } from '../../models/unsupported.js';
import { readAssumedUsd, readDollars, readTimeout } from '../limits.js';
import { readPrompt } from './read-prompt.js';

/** One edit's flags, typed. */
export interface EditOptions {
  model: Model;
  request: EditRequest;
  output: string | undefined;
  force: boolean;
  keepBlanked: boolean;
  pictures: PictureSettings;
  /** The seed was chosen by us, not by the user. */
  seedIsOurs: boolean;
  allowMany: boolean;
  dryRun: boolean;
  timeoutMs: number;
  cancelOnTimeout: boolean;
  detach: boolean;
  again: boolean;
  caps: Caps;
  /** The cost to assume if it is unknown. */
  assumption: Assumption | undefined;
  nameOf: NameOf;
}

/**
 * Turns settings into a typed edit: parses numbers, sizes and LoRAs, chooses a seed if none is given, and refuses
 * settings that the model has no field for.
 *
 * @throws FalEditError (usage, input) naming the flag or setting, and what is allowed
 */
export async function readEditOptions(
  settings: EditingSettings,
  positional: readonly string[],
  context: Pick<Context, 'cwd' | 'stdin' | 'newSeed' | 'signal'>,
): Promise<EditOptions> {
  const { values } = settings;
  const model = findModel(text(values['model']), settings.origins['model']);
  const nameOf = namesIn(settings);
  refuseUnsupported(model, givenKeys(values), nameOf);
  // A picture on the command line replaces a default from a weaker setting.
  const isDefault = settings.origins['image'] !== '--image';
  const images = [...positional, ...(isDefault && positional.length > 0 ? [] : list(values['image']))];
  if (images.includes('-') && values['prompt-file'] === '-') {
    throw usageError('--prompt-file - and the picture - both read stdin. Use one of them.');
  }
  const read = readRequest(model, { ...givenRequest(values), images }, nameOf);
  const prompt = await readPrompt(settings, context, model);
  const request: EditRequest = {
    ...read,
    ...(prompt === undefined ? {} : { prompt }),
    seed: read.seed ?? chosenSeed(model, context.newSeed()),
  };
  return {
    model,
    request,
    output: text(values['output']),
    force: values['force'] === true,
    keepBlanked: values['keep-blanked'] === true,
    pictures: readPictureSettings(givenSettings(values, isPictureKey), nameOf),
    seedIsOurs: read.seed === undefined,
    allowMany: values['allow-many'] === true,
    dryRun: values['dry-run'] === true,
    timeoutMs: readTimeout(settings),
    cancelOnTimeout: values['cancel-on-timeout'] === true,
    detach: values['detach'] === true,
    again: values['again'] === true,
    caps: { maxCostUsd: readDollars(settings, 'max-cost'), dailyCapUsd: readDollars(settings, 'daily-cap') },
    assumption: assumptionOf(readAssumedUsd(settings)),
    nameOf: (setting) => (setting === 'images' && positional.length > 0 ? flagOf(setting) : nameOf(setting)),
  };
}

/** Name of each setting for messages: the flag, variable or file of its value. */
function namesIn({ values, origins }: EditingSettings): NameOf {
  return (setting) => {
    const flag = FLAGS_BEHIND.get(setting)?.find((name) => values[name] !== undefined);
    return (flag === undefined ? undefined : origins[flag]) ?? flagOf(setting);
  };
}

/** A request with a value for each given setting, enough to check what the model lacks. */
function givenKeys(values: EditingSettings['values']): Partial<EditRequest> {
  const given = [...FLAGS_BEHIND].filter(([, flags]) => flags.some((flag) => values[flag] !== undefined));
  return Object.fromEntries(given.map(([key]) => [key, true]));
}

/** The settings of a request as they were given. Two switches turn their setting off or on. */
function givenRequest(values: EditingSettings['values']): GivenRequest {
  const given = givenSettings(
    values,
    (key) => (isRequestKey(key) && key !== 'prompt') || key === 'set' || key === 'file',
  );
  return values['no-safety-checker'] === true ? { ...given, safetyChecker: false } : given;
}

function givenSettings(
  values: EditingSettings['values'],
  isWanted: (key: NamedSetting) => boolean,
): Record<string, FlagValue | undefined> {
  const given = [...FLAGS_BEHIND].flatMap(([key, flags]) => {
    const flag = flags.find((name) => values[name] !== undefined);
    return flag === undefined || !isWanted(key) ? [] : [[key, values[flag]] as const];
  });
  return Object.fromEntries(given);
}

function text(value: FlagValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function list(value: FlagValue | undefined): FlagValue[] {
  return [value ?? []].flat();
}
