import { expect, test } from 'vitest';
import { parseByteSize } from '../../../src/batch/expect/byte-size.js';

test.each([
  ['0', 0],
  ['2000000', 2_000_000],
  ['500 B', 500],
  ['500 kB', 500_000],
  ['2MB', 2_000_000],
  ['2mb', 2_000_000],
  [' 2  MB ', 2_000_000],
  // 2.3 * 1e6 is a little less in binary.
  ['2.3MB', 2_300_000],
  ['1.5 MiB', 1_572_864],
  ['512KiB', 524_288],
  ['1GB', 1_000_000_000],
  ['1 GiB', 1_073_741_824],
  ['1.0004 kB', 1000],
])('%j is %d bytes', (text, bytes) => {
  expect(parseByteSize(text)).toBe(bytes);
});

test.each([
  '',
  ' ',
  'MB',
  '-1',
  '+1',
  '1.5',
  '1.5 B',
  '1.',
  '.5MB',
  '1e3',
  '1,5MB',
  '2 M',
  '2 TB',
  '2MBs',
  '0x10',
])('%j is none', (text) => {
  expect(parseByteSize(text)).toBeUndefined();
});
