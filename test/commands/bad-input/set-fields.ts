import { edit, edit2, type Case } from './case.js';

export const SET_FIELDS: Case[] = [
  { name: 'set without =', argv: edit('--set', 'scheduler'), says: ['--set', '"scheduler"', 'key=value'] },
  { name: 'set without a key', argv: edit('--set', '=euler'), says: ['--set', '"=euler"', 'key=value'] },
  {
    name: 'set unknown key',
    argv: edit('--set', 'schedular=euler'),
    says: ['--set schedular', 'flux-general has no field', 'scheduler'],
  },
  {
    name: 'set unknown key that is nearest to a field with a flag',
    argv: edit('--set', 'guidance_scal=3'),
    says: ['--set guidance_scal', 'Did you mean --guidance?'],
  },
  {
    name: "set of the other model's field",
    argv: edit2('--set', 'reference_strength=1'),
    says: ['--set reference_strength', 'flux-2-lora has no field'],
  },
  {
    name: 'set __proto__',
    argv: edit('--set', '__proto__={"a":1}'),
    says: ['--set __proto__', 'has no field'],
  },
  {
    name: 'set wrong enum',
    argv: edit('--set', 'scheduler=ddim'),
    says: ['--set scheduler', 'euler or dpmpp_2m'],
  },
  { name: 'set out of range', argv: edit('--set', 'nag_scale=1'), says: ['--set nag_scale', 'above 1'] },
  {
    name: 'set wrong type',
    argv: edit('--set', 'use_cfg_zero=perhaps'),
    says: ['--set use_cfg_zero', 'true or false'],
  },
  {
    name: 'set a field with a flag',
    argv: edit('--set', 'num_inference_steps=5'),
    says: ['--set num_inference_steps', 'Use --steps'],
  },
  {
    name: 'set twice',
    argv: edit('--set', 'scheduler=euler', '--set', 'scheduler=dpmpp_2m'),
    says: ['--set scheduler', 'twice'],
  },
  { name: 'set sync_mode', argv: edit('--set', 'sync_mode=true'), says: ['--set sync_mode', 'lost picture'] },
  {
    name: 'set unknown key at depth',
    argv: edit('--set', 'loras2=[]'),
    says: ['--set loras2', 'Did you mean'],
  },
  {
    name: 'set incomplete object',
    argv: edit('--set', 'ip_adapters=[{"path":"a/b"}]'),
    says: ['--set ip_adapters.0.image_url', 'a picture'],
  },
  {
    name: 'set unknown key in an object',
    argv: edit('--set', 'fill_image={"fill_image_ulr":"x"}'),
    says: ['--set fill_image.fill_image_ulr', 'Did you mean fill_image_url?'],
  },
  {
    name: 'set a picture that is missing',
    argv: edit('--set', 'reference_image_url=./reference.png'),
    kind: 'input',
    says: ['--set reference_image_url', 'reference.png', 'no such file'],
  },
];
