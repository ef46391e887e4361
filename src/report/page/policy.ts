import { createHash } from 'node:crypto';
import type { Assets } from './assets.js';

/**
 * Content-Security-Policy of the page: it may run this one script, use this one style and show pictures from
 * disk. It can reach no network, and no text can become an element through innerHTML and the like.
 */
export function policyFor({ style, script }: Assets): string {
  return [
    "default-src 'none'",
    `script-src ${sourceOf(script)}`,
    `style-src ${sourceOf(style)}`,
    "img-src 'self' file: data: blob:",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}

function sourceOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
