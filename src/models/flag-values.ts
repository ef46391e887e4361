import type { RequestKey } from './request.js';

/** Whether the flag of a setting can say a value of its field. `--set` says the others: null, or a switch's other position. */
export function flagSays(key: RequestKey, value: unknown): boolean {
  switch (key) {
    case 'images':
      return true;
    case 'prompt':
    case 'negativePrompt':
    case 'acceleration':
      return typeof value === 'string';
    case 'loras':
      return Array.isArray(value) && value.length > 0 && value.every(isPlainLora);
    case 'expandPrompt':
      return value === true;
    case 'safetyChecker':
      return value === false;
    case 'format':
      return typeof value === 'string' && /^(png|jpe?g|webp)$/.test(value);
    case 'size':
      return typeof value === 'string' || isSides(value);
    default:
      return typeof value === 'number';
  }
}

/** A LoRA without further fields of its model. */
function isPlainLora(lora: unknown): boolean {
  if (typeof lora !== 'object' || lora === null) return false;
  const { path, scale, ...others } = lora as { path?: unknown; scale?: unknown };
  // The end of a path is read as a scale only without an exponent.
  const isScale = scale === undefined || (typeof scale === 'number' && !String(scale).includes('e'));
  return typeof path === 'string' && isScale && Object.keys(others).length === 0;
}

function isSides(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { width, height } = value as { width?: unknown; height?: unknown };
  return typeof width === 'number' && typeof height === 'number';
}
