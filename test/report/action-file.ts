import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';

/** A step of an action or of a job. */
export interface Step {
  name?: string;
  id?: string;
  if?: string;
  uses?: string;
  with?: Record<string, string>;
  run?: string;
  shell?: string;
  env?: Record<string, string>;
}

export interface Action {
  inputs: Record<string, { description: string; required?: boolean; default?: string }>;
  outputs: Record<string, { description: string; value: string }>;
  runs: { using: string; steps: Step[] };
}

/**
 * The text and the content of a YAML file of the repository.
 *
 * @throws Error where it has errors, or what a parser warns about
 */
export function readYaml<T>(file: string): { text: string; content: T } {
  const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
  const document = parseDocument(text, { strict: true, uniqueKeys: true });
  for (const problem of [...document.errors, ...document.warnings]) throw problem;
  return { text, content: document.toJS() as T };
}
