import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { edit, type Case } from './case.js';

export const SETTINGS: Case[] = [
  {
    name: 'variable: steps',
    argv: edit(),
    env: { FAL_EDIT_STEPS: '99' },
    says: ['FAL_EDIT_STEPS', '99', '1 to 50'],
  },
  {
    name: 'variable: strength',
    argv: edit(),
    env: { FAL_EDIT_STRENGTH: 'x' },
    says: ['FAL_EDIT_STRENGTH', '0.01 to 1'],
  },
  {
    name: 'variable: model',
    argv: edit(),
    env: { FAL_EDIT_MODEL: 'x' },
    says: ['FAL_EDIT_MODEL', 'flux-general'],
  },
  {
    name: 'variable: size',
    argv: edit(),
    env: { FAL_EDIT_SIZE: '0x1' },
    says: ['FAL_EDIT_SIZE', '1 to 14142'],
  },
  {
    name: 'variable: timeout',
    argv: edit(),
    env: { FAL_EDIT_TIMEOUT: 'x' },
    says: ['FAL_EDIT_TIMEOUT', '10m'],
  },
  {
    name: 'variable: switch',
    argv: edit(),
    env: { FAL_EDIT_FORCE: 'maybe' },
    says: ['FAL_EDIT_FORCE', '"maybe"', 'true or false'],
  },
  {
    name: 'variable: LoRA',
    argv: edit(),
    env: { FAL_EDIT_LORA: 'nope' },
    kind: 'input',
    says: ['FAL_EDIT_LORA', 'owner/name'],
  },
  {
    name: 'variable: LoRA list',
    argv: edit(),
    env: { FAL_EDIT_LORA: '["a/b"' },
    says: ['FAL_EDIT_LORA', 'JSON list'],
  },
  {
    name: 'variable: set',
    argv: edit(),
    env: { FAL_EDIT_SET: 'nag_scale=1' },
    says: ['FAL_EDIT_SET', 'nag_scale', 'above 1'],
  },
  { name: 'variable: set unknown', argv: edit(), env: { FAL_EDIT_SET: 'x=1' }, says: ['FAL_EDIT_SET', 'x'] },
  {
    name: 'variable: output',
    argv: edit(),
    env: { FAL_EDIT_OUTPUT: 'x.gif' },
    says: ['FAL_EDIT_OUTPUT', 'x.gif', '.png'],
  },
  {
    name: 'variable: output taken',
    argv: edit(),
    env: { FAL_EDIT_OUTPUT: 'photo.png' },
    says: ['FAL_EDIT_OUTPUT', 'exists'],
  },
  {
    name: 'variable: image',
    argv: ['-p', 'x'],
    env: { FAL_EDIT_IMAGE: 'no.png' },
    kind: 'input',
    says: ['FAL_EDIT_IMAGE', 'no.png'],
  },
  {
    name: 'variable: prompt',
    argv: ['photo.png'],
    env: { FAL_EDIT_PROMPT: ' ' },
    says: ['FAL_EDIT_PROMPT', 'blank'],
  },
  {
    name: 'two variables that exclude each other',
    argv: ['photo.png'],
    env: { FAL_EDIT_PROMPT: 'a', FAL_EDIT_PROMPT_FILE: 'b' },
    says: ['FAL_EDIT_PROMPT', 'FAL_EDIT_PROMPT_FILE', 'Give one'],
  },
  {
    name: '.env: guidance',
    argv: edit(),
    files: { '.env': 'FAL_EDIT_GUIDANCE=50\n' },
    says: ['FAL_EDIT_GUIDANCE (in .env)', '0 to 20'],
  },
  {
    name: 'broken config file',
    argv: edit(),
    files: { 'fal-edit.config.json': '{"model": ' },
    says: ['fal-edit.config.json', 'not valid JSON'],
  },
  {
    name: 'config file of a list',
    argv: edit(),
    files: { 'fal-edit.config.json': '[]' },
    says: ['fal-edit.config.json', 'one JSON object'],
  },
  {
    name: 'config file with an unknown key',
    argv: edit(),
    files: { 'fal-edit.config.json': '{"stepps": 4}' },
    says: ['fal-edit.config.json', '"stepps"', 'Did you mean steps?'],
  },
  {
    name: 'config file with a wrong value',
    argv: edit(),
    files: { 'fal-edit.config.json': '{"steps": 400}' },
    says: ['"steps" in', 'fal-edit.config.json', '1 to 50'],
  },
  {
    name: 'config file with a value of a wrong shape',
    argv: edit(),
    files: { 'fal-edit.config.json': '{"steps": [4]}' },
    says: ['"steps" in', 'one value'],
  },
  {
    name: 'config file with a key that is none',
    argv: edit(),
    env: { FAL_KEY: undefined },
    files: { 'fal-edit.config.json': '{"key": 5}' },
    says: ['"key" in', 'fal-edit.config.json', 'text'],
  },
  {
    name: 'config file that is a folder',
    argv: edit(),
    setup: (folder) => mkdir(path.join(folder, 'fal-edit.config.json')),
    says: ['fal-edit.config.json', 'is a folder'],
  },
  {
    name: 'state folder that is a file',
    argv: edit(),
    files: { state: 'mine' },
    env: { FAL_EDIT_STATE_DIR: 'state' },
    kind: 'input',
    says: ['ledger', /state.ledger\.db/, 'is a file', 'Nothing more is sent', 'FAL_EDIT_STATE_DIR'],
  },
  {
    name: 'state folder below a file',
    argv: edit(),
    env: { FAL_EDIT_STATE_DIR: 'photo.png/state' },
    kind: 'input',
    says: ['ledger', 'is a file', 'FAL_EDIT_STATE_DIR'],
  },
  {
    name: 'ledger that is a folder',
    argv: edit(),
    setup: (folder) => mkdir(path.join(folder, 'state', 'ledger.db'), { recursive: true }),
    env: { FAL_EDIT_STATE_DIR: 'state' },
    kind: 'input',
    says: ['ledger.db', 'Nothing more is sent', 'FAL_EDIT_STATE_DIR'],
  },
  {
    name: 'ledger that is none',
    argv: edit(),
    setup: async (folder) => {
      await mkdir(path.join(folder, 'state'), { mode: 0o700 });
      await writeFile(path.join(folder, 'state', 'ledger.db'), 'This is a note to myself.\n'.repeat(200));
    },
    env: { FAL_EDIT_STATE_DIR: 'state' },
    kind: 'input',
    says: ['ledger.db', 'damaged or is not a ledger', 'Nothing more is sent'],
  },
];
