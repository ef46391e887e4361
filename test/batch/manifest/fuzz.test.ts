import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MANIFEST_FORMATS } from '../../../src/batch/manifest/open.js';
import { read } from './reading.js';

const PIECES =
  'a|- |: |, |[|]|{|}|"|\'|\\|&a |*a|!!str |!a |? |\\u0041|# |--- |...|%YAML 1.1|>|\\| |@|`|0|.nan|null|//|\t|\r\n|\n|\n  |\n- |\n|\n|é|\ufeff|\0|,|""|__proto__';

const texts = fc
  .array(fc.constantFrom(...PIECES.split('|')), { maxLength: 60 })
  .map((pieces) => Buffer.from(pieces.join('')));
const bytes = fc.uint8Array({ maxLength: 200 });

test.each(MANIFEST_FORMATS)('Whatever a %s holds: rows and problems in order, and no error', (format) =>
  fc.assert(
    fc.asyncProperty(fc.oneof(texts, bytes), async (content) => {
      const entries = await read(content, format);
      expect(entries).not.toHaveLength(0);
      const lines = entries.map(
        (entry) => (entry.kind === 'row' ? entry.place : entry.problem.place).line ?? 0,
      );
      expect(lines).toEqual([...lines].sort((a, b) => a - b));
      expect(lines[0]).toBeGreaterThan(0);
      expect(lines.at(-1)).toBeLessThanOrEqual(
        Buffer.from(content)
          .toString('latin1')
          .split(/\r\n?|\n/).length,
      );
      for (const entry of entries) {
        if (entry.kind === 'problem') expect(entry.problem.message).toMatch(/^[a-z][^]*[.]$/);
        else expect(JSON.parse(JSON.stringify(entry.fields))).toEqual(entry.fields);
      }
    }),
    { numRuns: 500 },
  ),
);
