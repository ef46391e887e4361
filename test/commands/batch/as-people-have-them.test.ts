/* Manifests and files as spreadsheets, Macs and people leave them. */
import { describe, expect, it, test } from 'vitest';
import { batchScene, jsonl, linesOf, promptsAt, RED, type Files } from './scene.js';

describe('files are found by names that read the same', () => {
  const NFC = 'caf\u00e9';
  const NFD = 'cafe\u0301';
  test.each<[string, string, string]>([
    ['composed for decomposed', `${NFC}.png`, `${NFD}.png`],
    ['decomposed for composed', `${NFD}.png`, `${NFC}.png`],
    ['in folders', `${NFC}/${NFC}.png`, `${NFD}/${NFD}.png`],
    ['a plain space for that of a screenshot', 'Shot at 9.41 AM.png', 'Shot at 9.41\u202fAM.png'],
    ['a space that does not break', 'my\u00a0cat.png', 'my cat.png'],
  ])('%s', async (_, named, onDisk) => {
    const rows = jsonl({ image: named, prompt: 'x' });
    const { batch, fal } = await batchScene({ 'rows.jsonl': rows, [onDisk]: RED });
    const { code, stderr } = await batch('rows.jsonl');
    expect(code, stderr).toBe(0);
    expect(fal.ledger().accepted).toHaveLength(1);
    expect(stderr).not.toContain('warning');
  });

  it('not where two are as good', async () => {
    const files: Files = { 'a\u00a0b.png': RED, 'a\u202fb.png': RED };
    const { batch } = await batchScene({ 'rows.jsonl': jsonl({ image: 'a b.png', prompt: 'x' }), ...files });
    const { code, stderr } = await batch('rows.jsonl');
    expect([code, stderr]).toEqual([2, expect.stringContaining('image: "a b.png": no such file')]);
  });

  it('and the exact name is stronger', async () => {
    const row = { image: 'a b.png', prompt: 'x' };
    const { batch, fal } = await batchScene({
      'rows.jsonl': jsonl(row),
      'a b.png': RED,
      'a\u202fb.png': 'text',
    });
    expect((await batch('rows.jsonl')).code).toBe(0);
    expect(fal.ledger().accepted).toHaveLength(1);
  });

  it('prompt files too', async () => {
    const row = { image: 'a.png', prompt_file: `${NFC}.txt` };
    const { batch, fal } = await batchScene({ 'rows.jsonl': jsonl(row), [`${NFD}.txt`]: 'snow\n' });
    expect((await batch('rows.jsonl')).code).toBe(0);
    expect(promptsAt(fal)).toEqual(['snow']);
  });
});

describe('numbers of a spreadsheet', () => {
  it('may have a decimal comma where a fraction can stand', async () => {
    const content = 'image;prompt;strength;guidance\na.png;0,8;0,65;3,5\n';
    const { batch, fal } = await batchScene({ 'rows.csv': content });
    const { code, stderr } = await batch('rows.csv');
    expect(code, stderr).toBe(0);
    expect(fal.ledger().accepted[0]!.input).toMatchObject({
      prompt: '0,8',
      strength: 0.65,
      guidance_scale: 3.5,
    });
  });

  test.each([
    ['guidance', '1,500'],
    ['steps', '2,0'],
    ['seed', '1,5'],
    ['strength', '0,6,5'],
  ])('but not where it could mean something else: %s %s', async (field, cell) => {
    const { batch } = await batchScene({ 'rows.csv': `image;prompt;${field}\na.png;x;${cell}\n` });
    const { code, stderr } = await batch('rows.csv');
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(new RegExp(`rows.csv:2: ${field} must be .*, not "${cell}"`)),
    ]);
  });
});

describe('problems', () => {
  it('that are equal are counted, and at most 20 are shown; the document has them all', async () => {
    const rows = [
      ...Array.from({ length: 65 }, (_, n) => ({ image: 'gone.png', prompt: `p${n}` })),
      ...Array.from({ length: 30 }, (_, n) => ({ image: 'a.png', prompt: 'x', steps: 100 + n })),
    ];
    const { batch } = await batchScene({ 'rows.jsonl': jsonl(...rows) });
    const { code, stderr, json } = await batch('rows.jsonl', '--json');
    expect(code).toBe(2);
    const told = linesOf(stderr);
    expect(told[0]).toMatch(/^in 65 rows, first: rows\.jsonl:1: image: "gone\.png": no such file\./);
    expect(told[1]).toMatch(
      /^rows\.jsonl:66: steps must be a whole number from 1 to 50 for flux-general, not 100/,
    );
    expect(told.slice(20)).toEqual([
      'and 11 more problems, the first in rows.jsonl:85 (--json lists all).',
      'error: rows.jsonl has 95 problems in 95 rows. Nothing was sent.',
      'hint: Fix them, or skip those rows with --skip-invalid.',
    ]);
    const { problems } = json<{ error: { problems: { field: string; file: string; line: number }[] } }>()
      .error;
    expect(problems).toHaveLength(95);
    expect(problems[94]).toEqual({
      ...{ field: 'steps', file: 'rows.jsonl', line: 95 },
      message: expect.stringMatching(/^must be .*, not 129/) as string,
    });
  });
});
