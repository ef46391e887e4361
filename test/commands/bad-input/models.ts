import { edit, edit2, type Case } from './case.js';

export const MODELS: Case[] = [
  {
    name: 'unknown model',
    argv: edit('-m', 'flux-3'),
    says: ['--model', '"flux-3"', 'flux-general, flux-2-lora'],
  },
  { name: 'empty model', argv: edit('-m', ''), says: ['--model', 'flux-general, flux-2-lora'] },
  {
    name: 'strength on flux-2-lora',
    argv: edit2('--strength', '0.5'),
    says: ['--strength', 'flux-2-lora has no such setting', '-m flux-general'],
  },
  {
    name: 'image-strength on flux-2-lora',
    argv: edit2('--image-strength', '0.5'),
    says: ['--image-strength', 'flux-2-lora has no such setting'],
  },
  {
    name: 'negative-prompt on flux-2-lora',
    argv: edit2('--negative-prompt', 'people'),
    says: ['--negative-prompt', 'flux-2-lora', '-m flux-general'],
  },
  {
    name: 'acceleration on flux-general',
    argv: edit('--acceleration', 'high'),
    says: ['--acceleration', 'flux-general', '-m flux-2-lora'],
  },
  {
    name: 'expand-prompt on flux-general',
    argv: edit('--expand-prompt'),
    says: ['--expand-prompt', 'flux-general', '-m flux-2-lora'],
  },
  {
    name: 'LoRA on flux-2-edit: two others have it',
    argv: edit('-m', 'flux-2-edit', '--lora', 'owner/style'),
    says: [
      '--lora',
      'flux-2-edit has no such setting',
      'flux-general and flux-2-lora have it: -m flux-general',
    ],
  },
  {
    name: 'size on flux-dev: three others have it',
    argv: edit('-m', 'flux-dev', '--size', 'square'),
    says: ['--size', 'flux-dev', 'flux-general, flux-2-lora and flux-2-edit have it: -m flux-general'],
  },
  {
    name: 'too few steps for flux-dev',
    argv: edit('-m', 'flux-dev', '--steps', '9'),
    says: ['--steps', '9', 'a whole number from 10 to 50'],
  },
  {
    name: 'five pictures on flux-2-edit',
    argv: ['-m', 'flux-2-edit', '-p', 'x', ...Array<string>(5).fill('photo.png')],
    says: ['--image', '5 pictures', 'at most 4'],
  },
  {
    name: 'wrong value on the wrong model: the model is the news',
    argv: edit2('--strength', 'half'),
    says: ['--strength', 'flux-2-lora has no such setting'],
  },
  {
    name: 'two pictures on flux-general',
    argv: ['photo.png', 'photo.png', '-p', 'x'],
    says: ['--image', '2 pictures', 'exactly one', '-m flux-2-lora'],
  },
  {
    name: 'five pictures on flux-2-lora',
    argv: [
      'photo.png',
      'photo.png',
      'photo.png',
      'photo.png',
      '-i',
      'photo.png',
      '-p',
      'x',
      '-m',
      'flux-2-lora',
    ],
    says: ['--image', '5 pictures', 'at most 4'],
  },
  {
    name: 'four LoRAs on flux-2-lora',
    argv: edit2(...['a/b', 'c/d', 'e/f', 'g/h'].flatMap((id) => ['--lora', id])),
    says: ['--lora', 'at most 3'],
  },
  {
    name: 'LoRA scale 5 on flux-2-lora',
    argv: edit2('--lora', 'a/b', '--lora', 'owner/style@5'),
    says: ['--lora', 'number 2', '5', '0 to 4'],
  },
  {
    name: 'LoRA scale in words',
    argv: edit('--lora', 'owner/style@strong'),
    says: ['--lora', 'strong', 'a number'],
  },
  { name: 'LoRA empty', argv: edit('--lora', ''), says: ['--lora', 'names no LoRA'] },
  {
    name: 'LoRA of a scale alone',
    argv: edit('--lora', '@0.5'),
    says: ['--lora', '"@0.5"', 'names no LoRA'],
  },
  {
    name: 'LoRA that is nothing',
    argv: edit('--lora', 'style'),
    kind: 'input',
    says: ['--lora', '"style"', 'owner/name', '.safetensors'],
  },
  {
    name: 'LoRA file missing',
    argv: edit('--lora', './style.safetensors@0.5'),
    kind: 'input',
    says: ['--lora', 'style.safetensors', 'no such file'],
  },
  {
    name: 'LoRA file of text',
    argv: edit('--lora', 'style.safetensors'),
    files: { 'style.safetensors': '<!doctype html><title>Not found</title>' },
    kind: 'input',
    says: ['--lora', 'style.safetensors', 'safetensors header'],
  },
];
