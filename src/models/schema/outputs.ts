/* Which fields of an answer hold files, by its schema. */
import { optionsOf, type Field, type Tree } from './tree.js';

/** Names of files that are no pictures. */
const NO_PICTURE = /video|audio|mesh|glb|speech|music/;

/** Names of the fields that hold pictures or other files beside them, in the order of the schema. */
export function filesIn(output: ReadonlyMap<string, Field>): string[] {
  const files = [...output.values()].filter(({ name, tree }) => holdsFile(tree, NAMES_A_FILE.test(name)));
  return files.some(({ name }) => !NO_PICTURE.test(name)) ? files.map(({ name }) => name) : [];
}

/** Names of fields whose content is a file even if fal does not describe it. */
const NAMES_A_FILE = /(^|_)(image|mask|picture|file)s?($|_)/;

/** An object with a URL, a list of them, or by its name one that fal does not describe. */
function holdsFile(tree: Tree, byName: boolean): boolean {
  return optionsOf(tree).some((option) => {
    if (option.kind === 'list') return holdsFile(option.items, byName);
    if (option.kind === 'object') return option.fields.has('url');
    return byName && (option.kind === 'record' || option.kind === 'anything');
  });
}
