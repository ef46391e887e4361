import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  type Expectations,
  expectationsDocument,
  needsInput,
  readExpectations,
} from '../../../src/batch/expect/expectations.js';
import { FalEditError } from '../../../src/errors/error.js';

const ALL: Expectations = {
  minWidth: 1024,
  maxBytes: 2_000_000,
  format: 'png',
  maxChange: 0.4,
  minChange: 0.05,
  notBlank: true,
};

describe('read', () => {
  test.each<[what: string, value: unknown, expected: Expectations]>([
    ['nothing', undefined, {}],
    ['null', null, {}],
    ['the empty object', {}, {}],
    ['the empty list', [], {}],
    ['a blank cell', '  ', {}],
    ['a property that is undefined', { min_width: undefined }, {}],
    [
      'an object',
      {
        min_width: 1024,
        max_bytes: 2_000_000,
        format: 'png',
        max_change: 0.4,
        min_change: 0.05,
        not_blank: true,
      },
      ALL,
    ],
    [
      'an object in kebab-case',
      {
        'min-width': 1024,
        'max-bytes': '2MB',
        format: 'PNG',
        'max-change': 0.4,
        'min-change': 0.05,
        'not-blank': true,
      },
      ALL,
    ],
    ['a text', 'min_width=1024,max_bytes=2MB,format=png,max_change=0.4,min_change=.05,not_blank=true', ALL],
    [
      'a text with spaces and a comma at its end',
      ' min-width = 1024 , format = jpg ,',
      { minWidth: 1024, format: 'jpeg' },
    ],
    [
      'a list of texts',
      ['min_width=1024', 'format=png,not_blank=true'],
      { minWidth: 1024, format: 'png', notBlank: true },
    ],
    ['the later of one name', ['min_width=1', 'min-width=2', 'min_width=3'], { minWidth: 3 }],
    ['the later of one name in a text', 'format=png,format=webp', { format: 'webp' }],
    ['the later of one name in an object', { min_width: 1, 'min-width': 2 }, { minWidth: 2 }],
    ['a wrong one that a later one replaces', ['min_width=wide', 'min_width=2'], { minWidth: 2 }],
    ['numbers as texts in an object', { min_width: '64', max_change: '1.0' }, { minWidth: 64, maxChange: 1 }],
    ['jpg', { format: 'jpg' }, { format: 'jpeg' }],
    ['webp', { format: 'webp' }, { format: 'webp' }],
    ['not_blank off', { not_blank: false }, { notBlank: false }],
    ['not_blank off as text', 'not_blank=False', { notBlank: false }],
    ['the ends of the range', { min_change: 0, max_change: 1 }, { minChange: 0, maxChange: 1 }],
    ['exactly so much change', { min_change: 0.3, max_change: 0.3 }, { minChange: 0.3, maxChange: 0.3 }],
  ])('%s', (_, value, expected) => {
    expect(readExpectations(value, 'expect')).toStrictEqual(expected);
  });
});

describe('refused', () => {
  const WHOLE = 'a whole number of at least 1';
  const BYTES = 'a whole number of bytes, or a size such as 500kB, 2MB, 1.5MiB';
  const SHARE = 'a number from 0 to 1';
  test.each<[value: unknown, name: string, shown: string, allowed: string]>([
    [{ min_width: 'wide' }, 'min_width', '"wide"', WHOLE],
    ['min-width=wide', 'min_width', '"wide"', WHOLE],
    [{ min_width: 0 }, 'min_width', '0', WHOLE],
    [{ min_width: -1 }, 'min_width', '-1', WHOLE],
    [{ min_width: 10.5 }, 'min_width', '10.5', WHOLE],
    [{ min_width: '' }, 'min_width', '""', WHOLE],
    ['min_width=', 'min_width', '""', WHOLE],
    ['min_width=0x10', 'min_width', '"0x10"', WHOLE],
    ['min_width=1e3', 'min_width', '"1e3"', WHOLE],
    [{ min_width: null }, 'min_width', 'null', WHOLE],
    [{ min_width: true }, 'min_width', 'true', WHOLE],
    [{ min_width: [1024] }, 'min_width', '[1024]', WHOLE],
    [{ max_bytes: '2 parsecs' }, 'max_bytes', '"2 parsecs"', BYTES],
    [{ max_bytes: 0 }, 'max_bytes', '0', BYTES],
    [{ max_bytes: 0.5 }, 'max_bytes', '0.5', BYTES],
    [{ max_bytes: '99999999GB' }, 'max_bytes', '"99999999GB"', BYTES],
    [{ format: 'gif' }, 'format', '"gif"', 'png, jpeg or webp'],
    [{ format: 1 }, 'format', '1', 'png, jpeg or webp'],
    [{ max_change: 1.1 }, 'max_change', '1.1', SHARE],
    [{ max_change: '40%' }, 'max_change', '"40%"', SHARE],
    [{ max_change: NaN }, 'max_change', 'null', SHARE],
    [{ min_change: -0.1 }, 'min_change', '-0.1', SHARE],
    [{ not_blank: 'yes' }, 'not_blank', '"yes"', 'true or false'],
    [{ not_blank: 1 }, 'not_blank', '1', 'true or false'],
    [{ format: 'x'.repeat(500) }, 'format', `"${'x'.repeat(56)}…`, 'png, jpeg or webp'],
  ])('%j', (value, name, shown, allowed) => {
    expect(() => readExpectations(value, 'expect')).toThrow(
      expect.objectContaining({
        kind: 'usage',
        message: `expect ${name} must be ${allowed}, not ${shown}.`,
      }),
    );
  });

  const NAMES = 'Choose from min_width, max_bytes, format, max_change, min_change, not_blank.';
  test.each<[value: unknown, shown: string, near?: string]>([
    [{ min_widht: 5 }, '"min_widht"', 'min_width'],
    ['blank=true', '"blank"', 'not_blank'],
    [{ 'max-byte': 5 }, '"max-byte"', 'max_bytes'],
    [JSON.parse('{"__proto__":{"min_width":1}}'), '"__proto__"'],
    ['constructor=1', '"constructor"'],
    ['=1', '""'],
    ['minWidth=1', '"minWidth"', 'min_width'],
  ])('unknown: %j', (value, shown, near) => {
    const hint = near === undefined ? undefined : `Did you mean ${near}?`;
    expect(() => readExpectations(value, '--expect')).toThrow(
      expect.objectContaining({
        kind: 'usage',
        message: `--expect: unknown expectation ${shown}. ${NAMES}`,
        hint,
      }),
    );
  });

  test.each([[5], [true], [[{ min_width: 1 }]], [['min_width=1', 7]], [[undefined]]])(
    'a wrong kind: %j',
    (value) => {
      expect(() => readExpectations(value, 'expect')).toThrow(
        /^expect must be expectations by name, .*, not ./,
      );
    },
  );

  it('text without an equals sign', () => {
    expect(() => readExpectations('min_width', '--expect')).toThrow(
      expect.objectContaining({
        kind: 'usage',
        message: '--expect must have the form name=value, not "min_width".',
      }),
    );
  });

  it('a least change above the largest, wherever the two stand', () => {
    const contradiction = 'expect: min_change (0.5) must not be greater than max_change (0.4).';
    for (const value of [{ min_change: 0.5, max_change: 0.4 }, ['max_change=0.4', 'min_change=0.5']]) {
      expect(() => readExpectations(value, 'expect')).toThrow(contradiction);
    }
  });
});

it('never throws anything but an error for people', () => {
  const name = fc.oneof(
    fc.constantFrom('min_width', 'max-bytes', 'format', 'not_blank', '__proto__'),
    fc.string(),
  );
  const value = fc.oneof(
    fc.jsonValue(),
    fc.dictionary(name, fc.jsonValue()),
    fc.tuple(name, fc.string()).map((pair) => pair.join('=')),
  );
  fc.assert(
    fc.property(value, (given) => {
      try {
        readExpectations(given, 'expect');
      } catch (error) {
        if (!(error instanceof FalEditError)) throw error;
        expect(error.kind).toBe('usage');
        expect(error.message).toMatch(/^expect/);
      }
    }),
    { numRuns: 500 },
  );
});

const changes = fc
  .tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([a, b]) => ({ minChange: Math.min(a, b) + 0, maxChange: Math.max(a, b) + 0 }));
const expectations = fc
  .tuple(
    fc.record(
      {
        minWidth: fc.integer({ min: 1, max: 2 ** 31 }),
        maxBytes: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
        format: fc.constantFrom('png' as const, 'jpeg' as const, 'webp' as const),
        notBlank: fc.boolean(),
      },
      { requiredKeys: [] },
    ),
    fc.oneof(fc.constant({}), changes),
  )
  .map(([most, change]): Expectations => ({ ...most, ...change }));

describe('as a document', () => {
  it('is read back as what it was', () => {
    fc.assert(
      fc.property(expectations, (expected) => {
        expect(readExpectations(expectationsDocument(expected), 'expect')).toEqual(expected);
      }),
    );
  });

  it("has the manifest's names in a fixed order", () => {
    const reversed = Object.fromEntries(Object.entries(ALL).reverse()) as Expectations;
    expect(JSON.stringify(expectationsDocument(reversed))).toBe(
      '{"min_width":1024,"max_bytes":2000000,"format":"png","max_change":0.4,"min_change":0.05,"not_blank":true}',
    );
    expect(expectationsDocument({})).toEqual({});
  });
});

test.each<[Expectations, boolean]>([
  [{}, false],
  [{ minWidth: 1, maxBytes: 1, format: 'png', notBlank: true }, false],
  [{ maxChange: 1 }, true],
  [{ minChange: 0 }, true],
])('%j needs the input: %j', (expected, needs) => {
  expect(needsInput(expected)).toBe(needs);
});
