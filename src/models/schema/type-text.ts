import { optionsOf, type Tree } from './tree.js';

/** The types of a tree in short words, as JSON schema names them: `number`, `object or string (square, auto)`. */
export function typeText(tree: Tree): string {
  const options = optionsOf(tree);
  const names = [...new Set(options.map(typeName))].join(' or ');
  const texts = options.filter((option) => option.kind === 'text');
  const words = texts.every((text) => text.words !== undefined)
    ? texts.flatMap((text) => text.words ?? [])
    : [];
  return words.length === 0 ? names : `${names} (${words.join(', ')})`;
}

function typeName(tree: Tree): string {
  switch (tree.kind) {
    case 'text':
      return 'string';
    case 'number':
      return tree.whole ? 'integer' : 'number';
    case 'list':
      return 'array';
    case 'record':
      return 'object';
    case 'anything':
      return 'any type';
    default:
      return tree.kind;
  }
}
