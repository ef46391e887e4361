import { fieldError } from '../errors/error.js';
import type { Lora } from './request.js';

/**
 * Reads `path|url|id[@scale]`. The scale is the part after the last @ if that is a number, so a URL or file name may
 * contain an @.
 *
 * @param where name of the flag in messages: `--lora`
 * @throws FalEditError (usage)
 */
export function parseLora(text: string, where: string): Lora {
  const spec = text.trim();
  const match = /^(.*)@([+-]?(?:\d+\.?\d*|\.\d+))$/s.exec(spec);
  const [, path = spec, scale] = match ?? [];
  if (path === '') throw fieldError(where, `"${text}" names no LoRA.`, FORM);
  const [, id, wanted] = /^(\w[\w.-]*\/\w[\w.-]*):(-?\d*\.?\d+)$/.exec(spec) ?? [];
  if (id !== undefined) {
    throw fieldError(
      where,
      `"${text}": the scale follows an @, not a colon.`,
      `--lora ${id}@${wanted ?? ''}`,
    );
  }
  const tail = spec.slice(spec.lastIndexOf('@') + 1);
  // A file name may contain an @: dir/my@style.safetensors.
  const isHubId = /^\w[\w.-]*\/[\w.-]+@/.test(spec) && !spec.toLowerCase().endsWith('.safetensors');
  if (scale === undefined && isHubId)
    throw fieldError(where, `the scale must be a number, not "${tail}".`, FORM);
  return scale === undefined ? { path: spec } : { path, scale: Number(scale) };
}

const FORM = 'For example: --lora owner/style@0.8';
