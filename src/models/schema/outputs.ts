/* Which fields of an answer hold files, by its schema. */
import { optionsOf, type Field, type Tree } from './tree.js';

/** Names of files that are no pictures. */
const NO_PICTURE = /video|audio|mesh|glb|speech|music/;

/** Names of the fields that hold pictures or other files beside them, in the order of the schema. */
export function filesIn(output: ReadonlyMap<string, Field>): string[] {
  const files = [...output.values()].filter(({ tree }) => holdsFile(tree));
  return files.some(({ name }) => !NO_PICTURE.test(name)) ? files.map(({ name }) => name) : [];
}

/** An object with a URL, a list of them, or one whose content fal does not describe. */
function holdsFile(tree: Tree): boolean {
  return optionsOf(tree).some((option) => {
    if (option.kind === 'list') return holdsFile(option.items) || option.items.kind === 'anything';
    return (option.kind === 'object' && option.fields.has('url')) || option.kind === 'record';
  });
}
