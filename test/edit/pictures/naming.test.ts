import path from 'node:path';
import { expect, test } from 'vitest';
import { resultPath, type Ending } from '../../../src/edit/pictures/naming.js';
import type { OutputSpec } from '../../../src/ledger/job.js';

const cwd = path.resolve('/results');
const nameOf = (
  part: Partial<OutputSpec>,
  fields: readonly (string | undefined)[],
  ending?: Ending,
): string[] =>
  fields.map((_, index) =>
    path.relative(
      cwd,
      resultPath(
        {
          ...{
            kind: 'files',
            cwd,
            template: '{name}.edit.{ext}',
            numberWhenTaken: true,
            name: 'cat',
            seed: 7,
          },
          ...{ model: 'm', ext: 'png', count: 1, force: false, keepBlanked: false, ...part },
        },
        fields,
        index,
        'r1',
        ending,
      ),
    ),
  );

const SVG = { ext: 'svg', isPicture: false };
const JPEG = { ext: 'jpg', isPicture: true };

test.each<[string, Partial<OutputSpec>, (string | undefined)[], Ending | undefined, string[]]>([
  ['the main output', {}, [undefined], undefined, ['cat.edit.png']],
  [
    'more pictures than were requested',
    {},
    [undefined, undefined],
    undefined,
    ['cat.edit.png', 'cat.edit.2.png'],
  ],
  [
    'an output beside it',
    {},
    [undefined, 'mask_image'],
    undefined,
    ['cat.edit.png', 'cat.edit.mask_image.png'],
  ],
  [
    'a list beside it',
    {},
    [undefined, 'masks', 'masks'],
    undefined,
    ['cat.edit.png', 'cat.edit.masks.1.png', 'cat.edit.masks.2.png'],
  ],
  [
    'numbers count within the main output',
    { template: 'b-{index}.{ext}', count: 2 },
    [undefined, undefined, 'mask'],
    undefined,
    ['b-1.png', 'b-2.png', 'b-1.mask.png'],
  ],
  [
    "the user's own ending stays",
    { template: 'out.png' },
    [undefined, 'mask'],
    JPEG,
    ['out.png', 'out.mask.jpg'],
  ],
  ['but not for a drawing', { template: 'out.png' }, [undefined, 'mask'], SVG, ['out.svg', 'out.mask.svg']],
  [
    'a name without an ending',
    { template: 'v1.2 out' },
    [undefined, 'mask'],
    SVG,
    ['v1.2 out', 'v1.2 out.mask.svg'],
  ],
])('%s', (_, part, fields, ending, expected) => {
  expect(nameOf(part, fields, ending)).toEqual(expected);
});

test('a long name is cut so that the file can be written', () => {
  const [, beside = ''] = nameOf({ name: 'ü'.repeat(120) }, [undefined, 'm'.repeat(40)]);
  expect(Buffer.byteLength(beside)).toBeLessThanOrEqual(245);
  expect(beside).toMatch(/^ü+\.m{40}\.png$/);
});
