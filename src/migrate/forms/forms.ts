import type { Model } from '../../models/model.js';
import { commandLine } from './command-line.js';
import { curl } from './curl.js';
import type { Form } from './form.js';
import { javascript } from './javascript.js';
import { plainJson } from '../../plain-json.js';
import { python } from './python.js';

/** fal's input by itself. */
const json: Form = { uploads: false, body: (_, input) => plainJson(input, 2) };

/** JSON Lines, for many requests. */
const jsonLines: Form = { uploads: false, body: (_, input) => plainJson(input) };

/** The ways to write a request down, by the word that asks for each; the default first. */
export const FORMS = { json, curl, js: javascript, python, 'fal-edit': commandLine };

export type FormName = keyof typeof FORMS;

export const FORM_NAMES = Object.keys(FORMS) as FormName[];

/** One request, written down. @throws FalEditError (input): it cannot be written so */
export function writtenDown(name: FormName, model: Model, input: Readonly<Record<string, unknown>>): string {
  return withHead(FORMS[name], [FORMS[name].body(model, input)], '\n\n');
}

/** Several requests, one after the other. @throws FalEditError (input): one cannot be written so */
export function allWrittenDown(
  name: FormName,
  model: Model,
  inputs: readonly Readonly<Record<string, unknown>>[],
): string {
  const form: Form = name === 'json' ? jsonLines : FORMS[name];
  const isLines = name === 'json' || name === 'fal-edit';
  return withHead(
    form,
    inputs.map((input) => form.body(model, input)),
    isLines ? '\n' : '\n\n',
  );
}

function withHead({ head }: Form, bodies: readonly string[], between: string): string {
  return [...(head === undefined ? [] : [head]), ...bodies].join(between);
}
