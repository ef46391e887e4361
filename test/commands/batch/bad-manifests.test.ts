/* A manifest is read and checked whole before anything is sent, and all that is wrong with it is told at once. */
import { describe, expect, it, test } from 'vitest';
import { batchScene, jsonl, linesOf, namesIn, promptsAt, summaryIn, type Files } from './scene.js';

interface Refusal {
  status: string;
  error: {
    kind: string;
    message: string;
    hint: string;
    charged: string;
    problems: Record<string, unknown>[];
    details: { problems: Record<string, unknown>[]; problems_not_listed?: number };
  };
}

const good = { image: 'a.png', prompt: 'good' };

describe('what is wrong with a row is told with its file, its line and its field', () => {
  test.each<[string, Record<string, unknown>, RegExp[]]>([
    ['a missing picture', { ...good, image: 'no.png' }, [/^image: "no\.png": no such file/]],
    ['no picture', { prompt: 'x' }, [/^image is missing/]],
    ['no prompt', { image: 'a.png' }, [/^prompt is missing/]],
    ['neither', {}, [/^image is missing/, /^prompt is missing/]],
    ['a blank prompt', { ...good, prompt: ' ' }, [/^prompt must not be blank/]],
    [
      'a prompt that comes out blank',
      { ...good, prompt: ' {word}', word: '\n' },
      [/^prompt must not be blank/],
    ],
    ['a value out of range', { ...good, strength: 2 }, [/^strength must be .*0\.01/]],
    ['a value that is none', { ...good, steps: 'many' }, [/^steps must be .*, not "many"/]],
    ['a long seed out of a spreadsheet', { ...good, seed: '1.23457E+11' }, [/^seed: .* has lost digits/]],
    ['a value of another kind', { ...good, strength: [0.5] }, [/^strength must be .*, not \[0\.5\]/]],
    ['two values', { ...good, strength: 2, steps: 99 }, [/^strength must /, /^steps must /]],
    ['a model that there is not', { ...good, model: 'flux-9' }, [/^model: .*flux-9/]],
    [
      'what the model has no field for',
      { ...good, model: 'flux-2-lora', strength: 0.5 },
      [/^strength: flux-2-lora has no/],
    ],
    ['a picture that is an object', { ...good, image: [{}] }, [/^image must be a picture, .*, not \[\{\}\]/]],
    ['a setting that is a number', { ...good, set: 5 }, [/^set must be text or an object, not 5/]],
    ['too many pictures', { ...good, image: ['a.png', 'b.png'] }, [/^image: 2 pictures are given/]],
    [
      'two spellings of one thing',
      { ...good, strength: 0.5, image_strength: 0.5 },
      [/cannot be used with .*Use one of them/],
    ],
    ['one field twice', { ...good, images: ['b.png'] }, [/^images is the same as image/]],
    [
      'an unknown field',
      { ...good, promt: 'x' },
      [/^promt: unknown column \(no \{promt\} .*Did you mean prompt\?/],
    ],
    ['an unknown field of --set', { ...good, set: { schedular: 'x' } }, [/schedular.*scheduler/]],
    ['a setting of the whole batch', { ...good, max_cost: 3 }, [/^max_cost applies to the whole batch/]],
    [
      'a switch that is neither on nor off',
      { ...good, force: 'perhaps' },
      [/^force must be true or false, not "perhaps"/],
    ],
    ['a LoRA without a path', { ...good, loras: [{ scale: 1 }] }, [/^loras: a LoRA must be/]],
    ['an id that is a list', { ...good, id: ['x'] }, [/^id must be .*, not \["x"\]/]],
    ['an id that is blank', { ...good, id: ' ' }, [/^id must be .*, not " "/]],
    ['an expectation that there is not', { ...good, expect: { min_widht: 9 } }, [/^expect: .*min_width/]],
    [
      'an expectation out of range',
      { ...good, expect: { max_change: 7 } },
      [/^expect max_change must be a number from 0 to 1, not 7/],
    ],
    ['stdin', { ...good, image: '-' }, [/^image: - \(stdin\) is not allowed in a row/]],
    ['a prompt file that is not there', { image: 'a.png', prompt_file: 'no.txt' }, [/^prompt_file: no\.txt/]],
  ])('%s', async (_, row, messages) => {
    const scene = await batchScene({ 'rows.jsonl': jsonl(good, row) });
    const { code, stdout, stderr } = await scene.batch('rows.jsonl');
    expect([code, stdout], stderr).toEqual([2, '']);
    const told = linesOf(stderr).filter((line) => line.startsWith('rows.jsonl:'));
    expect(told).toHaveLength(messages.length);
    told.forEach((line, index) => {
      expect(line.startsWith('rows.jsonl:2: '), line).toBe(true);
      expect(line.slice('rows.jsonl:2: '.length)).toMatch(messages[index]!);
    });
    expect(stderr).toMatch(
      /error: rows\.jsonl has \d+ problems? in 1 row\. Nothing was sent\.\nhint: Fix (it|them), or skip that row with --skip-invalid\./,
    );
    expect(scene.fal.ledger().requests.total).toBe(0);
  });

  it('all of it, in the order of the lines, and again in the document', async () => {
    const rows = [{}, good, { ...good, steps: 99 }, { ...good, id: 'x' }, { ...good, id: 'x', prompt: '2' }];
    const scene = await batchScene({ 'rows.jsonl': jsonl(...rows) });
    const { code, stderr, json } = await scene.batch('rows.jsonl', '--json');
    expect(code).toBe(2);
    const told = linesOf(stderr).filter((line) => line.startsWith('rows.jsonl:'));
    expect(told.map((line) => [line.split(': ')[0], /: (\w+)/.exec(line)?.[1]])).toEqual([
      ['rows.jsonl:1', 'image'],
      ['rows.jsonl:1', 'prompt'],
      ['rows.jsonl:3', 'steps'],
      ['rows.jsonl:5', 'id'],
    ]);
    expect(told.at(-1)).toBe('rows.jsonl:5: id: rows.jsonl:4 already has the id "x".');
    const { error, status } = json<Refusal>();
    expect([status, error.kind, error.charged]).toEqual(['error', 'input', 'no']);
    expect(error.details.problems.map(({ file, line, field }) => [file, line, field])).toEqual([
      ['rows.jsonl', 1, 'image'],
      ['rows.jsonl', 1, 'prompt'],
      ['rows.jsonl', 3, 'steps'],
      ['rows.jsonl', 5, 'id'],
    ]);
  });

  it('a flag that is wrong is told as the flag that it is', async () => {
    const { batch } = await batchScene({ 'rows.jsonl': jsonl(good) });
    const { code, stderr } = await batch('rows.jsonl', '--strength', '7');
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^rows\.jsonl:1: --strength must /)]);
  });

  it('texts of a row move no cursor, and begin no line of their own', async () => {
    const row = { ...good, 'x\u001b[2J\nrows.jsonl:9: image': 'a', image: 'no\u001b]0;t\u0007\r\n.png' };
    const { batch } = await batchScene({ 'rows.jsonl': jsonl(row) });
    const { stderr } = await batch('rows.jsonl');
    expect(stderr).not.toMatch(/[^\n\P{Cc}]/u);
    expect(linesOf(stderr).filter((line) => line.startsWith('rows.jsonl:'))).toHaveLength(1);
  });
});

describe('a manifest that is none', () => {
  test.each<[string, Files, string[], RegExp]>([
    ['is empty', { 'rows.csv': '' }, ['rows.csv'], /^rows\.csv:1: has no rows/m],
    ['is blank', { 'rows.jsonl': '\n \n' }, ['rows.jsonl'], /^rows\.jsonl:1: has no rows/m],
    ['has a header alone', { 'rows.csv': 'image,prompt\n' }, ['rows.csv'], /^rows\.csv:1: has no rows/m],
    ['is in UTF-16', { 'rows.csv': Buffer.from('\ufeffimage\na.png\n', 'utf16le') }, ['rows.csv'], /UTF-16/],
    [
      'has a torn line',
      { 'rows.jsonl': `${jsonl(good)}{"image": "a.p` },
      ['rows.jsonl'],
      /^rows\.jsonl:2: /m,
    ],
    [
      'never ends a quote',
      { 'rows.csv': 'image,prompt\na.png,"x\n' },
      ['rows.csv'],
      /^rows\.csv:2: has a quote that is never closed/m,
    ],
    [
      'has a cell too many',
      { 'rows.csv': 'image,prompt\na.png,x,y\n' },
      ['rows.csv'],
      /^rows\.csv:2: has 3 cells/m,
    ],
    ['has a column twice', { 'rows.csv': 'image,image\na.png,x\n' }, ['rows.csv'], /^rows\.csv:1: /m],
    ['is broken YAML', { 'rows.yaml': '- image: [a.png\n- b' }, ['rows.yaml'], /^rows\.yaml:\d+: /m],
    ['is a list of texts', { 'rows.json': '["a.png"]' }, ['rows.json'], /^rows\.json:1: /m],
    [
      'has a column that means nothing',
      { 'rows.csv': 'image,prompt,stepz\na.png,x,9\n' },
      ['rows.csv'],
      /mean steps\?/,
    ],
  ])('%s', async (_, files, words, message) => {
    const { batch, fal } = await batchScene(files);
    const { code, stdout, stderr } = await batch(...words);
    expect([code, stdout], stderr).toEqual([2, '']);
    expect(stderr).toMatch(message);
    expect(fal.ledger().requests.total).toBe(0);
  });

  it('on stdin that is empty', async () => {
    const { run } = await batchScene();
    const { code, stderr } = await run(['-', '-d', 'out'], { stdin: '' });
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^stdin:1: has no rows/)]);
  });

  it('has 50 MB in one line: the others are checked as well', async () => {
    const long = `{"image": "a.png", "prompt": "${'x'.repeat(50_000_000)}"}\n`;
    const { batch } = await batchScene({ 'rows.jsonl': jsonl(good) + long + jsonl({ ...good, steps: 99 }) });
    const { code, stderr } = await batch('rows.jsonl');
    expect(code).toBe(2);
    const told = linesOf(stderr);
    expect(told[0]).toMatch(/^rows\.jsonl:2: is longer than 4 MB/);
    expect(told[1]).toMatch(/^rows\.jsonl:3: steps must /);
    expect(stderr.length).toBeLessThan(2_000);
  });

  it('misses a picture in row 9,999: nothing at all is sent', { timeout: 60_000 }, async () => {
    const row = (n: number): string => `${n === 9_998 ? 'gone' : 'a'}.png,p${n}\n`;
    const content = `image,prompt\n${Array.from({ length: 10_000 }, (_, n) => row(n)).join('')}`;
    const { batch, fal } = await batchScene({ 'rows.csv': content });
    const { code, stdout, stderr } = await batch('rows.csv');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^rows\.csv:10000: image: "gone\.png": no such file/);
    expect(fal.ledger().requests.total).toBe(0);
  });

  it('tells of many thousand equal things once, and the document has all of them', async () => {
    const content = `image,prompt,steps\n${'a.png,x,99\n'.repeat(1_500)}`;
    const { batch } = await batchScene({ 'rows.csv': content });
    const { stderr, json } = await batch('rows.csv', '--json');
    expect(linesOf(stderr)[0]).toMatch(/^in 1500 rows, first: rows\.csv:2: steps must /);
    const { details, problems, message } = json<Refusal>().error;
    expect(message).toBe('rows.csv has 1500 problems in 1500 rows. Nothing was sent.');
    expect(problems).toHaveLength(1_500);
    expect([details.problems.length, details.problems_not_listed]).toEqual([1_000, 500]);
  });
});

describe('--skip-invalid', () => {
  const rows = jsonl(good, { ...good, image: 'no.png' }, { ...good, prompt: 'fine' }, { ...good, steps: 99 });

  it('goes on with the others, tells what it passes over, and ends as partial', async () => {
    const scene = await batchScene({ 'rows.jsonl': rows });
    const { code, stdout, stderr } = await scene.batch('rows.jsonl', '--skip-invalid');
    expect(code).toBe(3);
    expect(linesOf(stdout)).toHaveLength(2);
    expect(stderr).toMatch(/^warning: rows\.jsonl:2: image: "no\.png"/m);
    expect(stderr).toMatch(/^warning: rows\.jsonl:4: steps must /m);
    expect(promptsAt(scene.fal)).toEqual(['fine', 'good']);
    expect(await summaryIn(scene)).toMatchObject({
      status: 'partial',
      exit_code: 3,
      rows: 2,
      invalid: 2,
      states: { done: 2 },
    });
  });

  it('has a malformed row among those that it passes over', async () => {
    const { batch, fal } = await batchScene({ 'rows.jsonl': `{"torn": \n${jsonl(good)}` });
    const { code, stderr } = await batch('rows.jsonl', '--skip-invalid');
    expect([code, stderr]).toEqual([3, expect.stringMatching(/^warning: rows\.jsonl:1: /)]);
    expect(promptsAt(fal)).toEqual(['good']);
  });

  it('sends nothing where no row is left', async () => {
    const { batch, fal } = await batchScene({ 'rows.jsonl': jsonl({}) });
    const { code, stderr } = await batch('rows.jsonl', '--skip-invalid');
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('rows.jsonl: no rows left. Nothing was sent.'),
    ]);
    expect(fal.ledger().requests.total).toBe(0);
  });
});

it('one row that is wrong leaves the batch of before as it was', async () => {
  const scene = await batchScene({ 'rows.jsonl': jsonl(good, { ...good, prompt: 'second' }) });
  await scene.batch('rows.jsonl');
  const before = await Promise.all(['out/results.jsonl', 'out/summary.json'].map(scene.text));
  await scene.write({ 'rows.jsonl': jsonl({ ...good, steps: 99 }, { ...good, prompt: 'third' }) });
  expect((await scene.batch('rows.jsonl')).code).toBe(2);
  expect(await Promise.all(['out/results.jsonl', 'out/summary.json'].map(scene.text))).toEqual(before);
  await scene.write({ 'rows.jsonl': jsonl(good, { ...good, prompt: 'second' }) });
  const { code, stderr } = await scene.batch('rows.jsonl');
  expect([code, stderr]).toEqual([0, 'All 2 rows are done; nothing to send.\n']);
  expect(await namesIn(scene)).toContain('a.edit.2.png');
  expect(scene.fal.ledger().accepted).toHaveLength(2);
});
