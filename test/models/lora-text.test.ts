import { expect, test } from 'vitest';
import { parseLora } from '../../src/models/lora-text.js';

test.each([
  ['owner/style', { path: 'owner/style' }],
  ['owner/style@0.8', { path: 'owner/style', scale: 0.8 }],
  ['owner/style@.5', { path: 'owner/style', scale: 0.5 }],
  ['owner/style@-1', { path: 'owner/style', scale: -1 }],
  [' owner/style@+2 ', { path: 'owner/style', scale: 2 }],
  ['https://host/a.safetensors', { path: 'https://host/a.safetensors' }],
  ['https://host/a.safetensors@1.5', { path: 'https://host/a.safetensors', scale: 1.5 }],
  ['https://me@host/a.safetensors', { path: 'https://me@host/a.safetensors' }],
  ['https://host/@v2/a.safetensors?x=1@2', { path: 'https://host/@v2/a.safetensors?x=1', scale: 2 }],
  ['./my@style.safetensors', { path: './my@style.safetensors' }],
  ['./my@style.safetensors@0.5', { path: './my@style.safetensors', scale: 0.5 }],
  ['dir/my@style.safetensors', { path: 'dir/my@style.safetensors' }],
  ['two\nlines.safetensors@1', { path: 'two\nlines.safetensors', scale: 1 }],
])('%j', (text, lora) => {
  expect(parseLora(text, '--lora')).toStrictEqual(lora);
});

test.each([
  ['', 'names no LoRA'],
  ['  ', 'names no LoRA'],
  ['@0.5', 'names no LoRA'],
  ['owner/style@', 'the scale must be a number, not ""'],
  ['owner/style@strong', '"strong".'],
  ['owner/style@0.5x', 'the scale must be a number, not "0.5x"'],
])('%j is refused', (text, message) => {
  expect(() => parseLora(text, 'FAL_EDIT_LORA')).toThrow(message);
  expect(() => parseLora(text, 'FAL_EDIT_LORA')).toThrow(/^FAL_EDIT_LORA: /);
});
