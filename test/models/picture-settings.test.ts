import { describe, expect, it, test } from 'vitest';
import { readPictureSettings } from '../../src/models/picture-settings.js';

describe('The settings of pictures', () => {
  test.each<[string, unknown, unknown]>([
    ['background', '#FFF', '#ffffff'],
    ['background', '1a2B3c', '#1a2b3c'],
    ['background', ' White ', '#ffffff'],
    ['background', 'gray', '#808080'],
    ['maxUpload', 4_000_000, 4_000_000],
    ['maxUpload', '4000000', 4_000_000],
    ['maxUpload', '4MP', 4_000_000],
    ['maxUpload', '1.5 mp', 1_500_000],
    ['uploadAsIs', true, true],
    ['uploadAsIs', false, undefined],
    ['alpha', 'keep', 'keep'],
    ['alpha', 'none', undefined],
    ['metadata', 'all', 'all'],
    ['metadata', 'none', undefined],
    ['icc', 'none', undefined],
  ])('reads %s %j as %j', (key, given, read) => {
    expect(readPictureSettings({ [key]: given })).toEqual(read === undefined ? {} : { [key]: read });
  });

  test.each<[string, unknown, string]>([
    ['background', 'beach', '--background must be a colour such as #ffffff, #fff or white, not "beach".'],
    ['background', '#12345', '--background must be a colour'],
    ['background', 'constructor', '--background must be a colour'],
    ['maxUpload', 'big', '--max-upload must be a number of pixels such as 4000000 or 4MP, not "big".'],
    ['maxUpload', 0, '--max-upload must be'],
    ['maxUpload', 1.5, '--max-upload must be'],
    ['alpha', 'yes', '--alpha must be keep or none, not "yes".'],
    ['metadata', 'gps', '--metadata must be keep, all or none, not "gps".'],
    ['icc', 'all', '--icc must be keep or none, not "all".'],
  ])('refuses %s %j', (key, given, message) => {
    expect(() => readPictureSettings({ [key]: given })).toThrow(message);
  });

  it('refuses what --upload-as-is leaves undone', () => {
    expect(() => readPictureSettings({ uploadAsIs: true, background: '#000', maxUpload: 5 })).toThrow(
      /--background cannot be used with --upload-as-is[^]*--max-upload cannot be used with/,
    );
  });
});
