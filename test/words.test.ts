import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { pageNames, readPage, ROOT } from './docs/pages.js';

/*
 * The words of the program. Messages say things as a native speaker would, and names follow one glossary: a private
 * word for a thing that has a name already makes each reader learn it first.
 */

/** Phrases that no message, help text or page has, with what they say instead. */
const PHRASES: readonly [phrase: RegExp, instead: string][] = [
  [/\bit is (not )?known (whether|what)\b/i, '… may have been sent'],
  [/\bnothing is unknown\b/i, 'Nothing to reconcile'],
  [/\bthings? (is|are) wrong with\b/i, '… has 8 problems'],
  [/\bput (it|them) right\b/i, 'Fix …'],
  [/\bleave (those|these|the) rows out\b/i, 'skip those rows'],
  [/\bis no (field|column) of\b/i, 'unknown column …'],
  [/\bbring (it|them) home\b|\bat no further cost\b/i, 'Fetch it at no extra cost'],
  [/\bgo on\?/i, 'Continue?'],
  [/\bnot agreed to\b/i, 'Cancelled; nothing was sent'],
  [/\b(allowed|is …)\. Allowed:/i, '… must be between … (60% is 0.6)'],
  [/\bcame out\b/i, 'succeeded'],
  [/\bnot well\b/i, 'failed'],
  [/\btime at fal\b/i, 'run time'],
  [/\bstill to come\b/i, 'pending'],
  [/\bmake room\b/i, 'Free some space'],
  [/\bthe [a-z]+ alone\b(?! (do|does|is|are|can|cannot)\b)/i, 'only the …'],
  [/<\d+>/, '<n> … (default 10)'],
];

/** The glossary has another word for each of these. */
const NOT_OURS = new Set(
  'shelf purse fate deal likeness told shown sight brakes place home look foreign within asked live sit'.split(
    ' ',
  ),
);

/** Names with such a word that stay as they are. */
const EXCEPTIONS: readonly { names: string[]; files: RegExp; why: string }[] = [
  { names: ['asked_hash', 'askedHash', 'askedHashOf'], files: /./, why: 'a column of every ledger' },
  {
    names: ['place'],
    files: /^(src\/(batch|report|study|commands|library)|scripts)\//,
    why: 'a field of results.jsonl: file and line of a row',
  },
  { names: ['fate'], files: /migrate|json-documents/, why: 'a field in the JSON of migrate' },
  { names: ['look'], files: /status|json-documents/, why: 'a field in the JSON of status' },
  {
    names: ['home', 'systemHomeFolder'],
    files: /^src\/(bin|context|folders|config\/config-file)\.ts$/,
    why: "the user's home folder",
  },
];

const SOURCES = filesBelow('src', 'scripts')
  .filter((file) => file.endsWith('.ts'))
  .map(readSource);

describe('plain English', () => {
  it('is in messages and help texts', () => {
    expect(SOURCES.flatMap(({ file, texts }) => texts.flatMap((text) => complaints(text, file)))).toEqual([]);
  });

  it('is in README and docs', async () => {
    const pages = await Promise.all(
      (await pageNames()).map(async (name) => ({ name, text: await readPage(name) })),
    );
    expect(
      pages.flatMap(({ name, text }) => text.split('\n').flatMap((line) => complaints(line, name))),
    ).toEqual([]);
  });

  it('is how doc comments begin: with the thing, not with "What"', () => {
    const found = SOURCES.flatMap(({ file, comments }) =>
      comments
        .filter((comment) => /^(What|Of|The same|Whoever)\b/.test(comment))
        .map((comment) => `${file}: ${comment}`),
    );
    expect(found).toEqual([]);
  });

  it('is not what these phrases are', () => {
    const phrases = [
      'Of 3 edits it is not known whether fal took them.',
      'Put them right, or leave those rows out with --skip-invalid.',
      'Bring it home, at no further cost',
      '"60%" is not allowed. Allowed: a number from 0.01 to 1.',
      'prints the summary alone',
      '--concurrency <10>',
    ];
    expect(phrases.filter((phrase) => complaints(phrase, '').length === 0)).toEqual([]);
  });
});

describe('the glossary', () => {
  it('names the files', () => {
    const files = filesBelow('src', 'test', 'scripts', 'bench').filter(
      (file) => !followsGlossary(path.parse(file).name),
    );
    expect(files).toEqual([]);
  });

  it('names types, functions and variables', () => {
    const found = SOURCES.flatMap(({ file, names }) =>
      [...names]
        .filter((name) => !followsGlossary(name) && !allowedIn(file).includes(name))
        .map((name) => `${file}: ${name}`),
    );
    expect(found).toEqual([]);
  });

  it('has no exception that nothing needs', () => {
    const unused = EXCEPTIONS.flatMap(({ names, files }) =>
      names.filter((name) => !SOURCES.some((source) => files.test(source.file) && source.names.has(name))),
    );
    expect(unused).toEqual([]);
  });
});

/** A line for each phrase that the text should not have. */
function complaints(text: string, at: string): string[] {
  return PHRASES.filter(([phrase]) => phrase.test(text)).map(
    ([, instead]) => `${at}: ${JSON.stringify(text)} (say: ${instead})`,
  );
}

/** Whether none of the words that a name is made of is one of {@link NOT_OURS}. */
function followsGlossary(name: string): boolean {
  const words = name.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2').split(/[^A-Za-z0-9]+/);
  return !words.some((word) => NOT_OURS.has(word.toLowerCase()));
}

function allowedIn(file: string): string[] {
  return EXCEPTIONS.filter(({ files }) => files.test(file)).flatMap(({ names }) => names);
}

/** Paths from the root, with forward slashes. */
function filesBelow(...folders: readonly string[]): string[] {
  return folders
    .flatMap((folder) =>
      readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
        path.posix.join(folder, file.replaceAll(path.sep, '/')),
      ),
    )
    .filter((file) => /\.(ts|mjs|cjs|js)$/.test(file));
}

interface Source {
  file: string;
  /** String literals; what a template fills in is `…`. */
  texts: string[];
  /** Doc comments, without their asterisks. */
  comments: string[];
  /** Names that the file declares. */
  names: Set<string>;
}

function readSource(file: string): Source {
  const found: Source = { file, texts: [], comments: [], names: new Set() };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    const docs = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
    found.comments.push(...docs.map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? ''));
    if (ts.isStringLiteralLike(node)) found.texts.push(node.text);
    if (ts.isTemplateExpression(node)) {
      found.texts.push(node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join(''));
    }
    const { name } = node as { name?: ts.Node };
    if (
      name !== undefined &&
      !ts.isPropertyAccessExpression(node) &&
      (ts.isIdentifier(name) || ts.isPrivateIdentifier(name))
    ) {
      found.names.add(name.text.replace(/^#/, ''));
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, readFileSync(path.join(ROOT, file), 'utf8'), ts.ScriptTarget.Latest, true));
  return found;
}
