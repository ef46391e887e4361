import type { Alias, Node } from 'yaml';
import type { Yaml, YamlDocument } from './documents.js';

/** What an alias stands for; undefined where no anchor before it has its name. */
export type TargetOf = (alias: Alias) => Node | undefined;

/**
 * Finds what the aliases of a document stand for, all of them in one walk, which a document without any is spared:
 * the library would walk through the whole document for each row.
 */
export function aliasTargets({ contents }: Pick<YamlDocument, 'contents'>, { visit }: Yaml): TargetOf {
  let targets: Map<Alias, Node> | undefined;
  return (alias) => {
    targets ??= findTargets(contents, visit);
    return targets.get(alias);
  };
}

/** An anchor's name may be given again: the last one before an alias counts. */
function findTargets(contents: Node | null, visit: Yaml['visit']): Map<Alias, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(contents, {
    Value: (_, node) => {
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
    Alias: (_, alias) => {
      const target = anchors.get(alias.source);
      if (target !== undefined) targets.set(alias, target);
    },
  });
  return targets;
}
