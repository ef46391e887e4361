import { describe, expect, test } from 'vitest';
import { foldersOf, stateFolderOf } from '../src/folders.js';

describe('folders', () => {
  test.each<[string, Parameters<typeof foldersOf>, object]>([
    [
      'Linux',
      [{}, '/home/ann', 'linux'],
      {
        config: '/home/ann/.config/fal-edit',
        cache: '/home/ann/.cache/fal-edit',
        state: '/home/ann/.local/state/fal-edit',
      },
    ],
    [
      'XDG',
      [{ XDG_CONFIG_HOME: '/c', XDG_CACHE_HOME: '/k', XDG_STATE_HOME: '/s' }, undefined, 'linux'],
      { config: '/c/fal-edit', cache: '/k/fal-edit', state: '/s/fal-edit' },
    ],
    [
      'relative XDG folders, and empty ones, are ignored',
      [{ XDG_CONFIG_HOME: 'c', XDG_CACHE_HOME: './k', XDG_STATE_HOME: '' }, '/h', 'linux'],
      { config: '/h/.config/fal-edit', cache: '/h/.cache/fal-edit', state: '/h/.local/state/fal-edit' },
    ],
    [
      'nothing is known',
      [{ XDG_STATE_HOME: 'relative' }, undefined, 'linux'],
      { config: undefined, cache: undefined, state: undefined },
    ],
    [
      'macOS',
      [{ XDG_STATE_HOME: '/s' }, '/Users/ann', 'darwin'],
      {
        config: '/Users/ann/Library/Preferences/fal-edit',
        cache: '/Users/ann/Library/Caches/fal-edit',
        state: '/Users/ann/Library/Application Support/fal-edit',
      },
    ],
    [
      'Windows',
      [{ LOCALAPPDATA: '/local' }, '/ann', 'win32'],
      {
        config: '/ann/AppData/Roaming/fal-edit/Config',
        cache: '/local/fal-edit/Cache',
        state: '/local/fal-edit/Data',
      },
    ],
    [
      'another Unix',
      [{}, '/home/ann', 'freebsd'],
      {
        config: '/home/ann/.config/fal-edit',
        cache: '/home/ann/.cache/fal-edit',
        state: '/home/ann/.local/share/fal-edit',
      },
    ],
  ])('%s', (_, given, folders) => {
    expect(foldersOf(...given)).toEqual(folders);
  });

  const none = { config: undefined, cache: undefined, state: undefined };

  test('a ledger goes where the user says', () => {
    expect(stateFolderOf({ ...none, state: '/s' }, undefined)).toBe('/s');
    expect(stateFolderOf({ ...none, state: '/s' }, '/named')).toBe('/named');
    expect(stateFolderOf(none, '/named')).toBe('/named');
  });

  test('without any place a ledger is an error that says what to do', () => {
    expect(() => stateFolderOf(none, undefined)).toThrow(
      expect.objectContaining({
        kind: 'input',
        charged: 'no',
        hint: expect.stringContaining('FAL_EDIT_STATE_DIR'),
      }),
    );
  });
});
