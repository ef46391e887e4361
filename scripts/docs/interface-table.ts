import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { cell, code, table } from './table.js';

const ROOT = new URL('../../', import.meta.url);

/** The fields of interfaces as their sources have them, by file and name. Of two of one name the last. */
export function interfaceTable(...interfaces: readonly (readonly [string, string])[]): string {
  const fields = interfaces.flatMap(([file, name]) => fieldsOf(file, name));
  const own = [...new Map(fields.map((field) => [field.name.replace('?', ''), field])).values()];
  return table(
    ['field', 'type', 'meaning'],
    own.map(({ name: field, type, about }) => [code(field), code(type), cell(about)]),
  );
}

interface Field {
  /** With a question mark where it may be absent. */
  name: string;
  type: string;
  about: string;
}

function fieldsOf(file: string, name: string): Field[] {
  const source = ts.createSourceFile(
    file,
    readFileSync(new URL(file, ROOT), 'utf8'),
    ts.ScriptTarget.Latest,
    true,
  );
  const found = source.statements.find(
    (one): one is ts.InterfaceDeclaration => ts.isInterfaceDeclaration(one) && one.name.text === name,
  );
  if (found === undefined) throw new Error(`${file} has no interface ${name}.`);
  return membersOf(found.members, '', source);
}

/** Objects that are spelled out in place become fields with a dot. */
function membersOf(members: ts.NodeArray<ts.TypeElement>, prefix: string, source: ts.SourceFile): Field[] {
  return members.filter(ts.isPropertySignature).flatMap((member) => {
    const name = prefix + member.name.getText(source);
    const { type } = member;
    if (type !== undefined && ts.isTypeLiteralNode(type)) return membersOf(type.members, `${name}.`, source);
    const optional = member.questionToken === undefined ? '' : '?';
    const text = (type?.getText(source) ?? 'unknown').replace(/ \| undefined$/, '').replaceAll(/\s+/g, ' ');
    return [{ name: name + optional, type: text, about: aboutOf(member) }];
  });
}

/** Without references to the source, which a reader of the page does not have. */
function aboutOf(member: ts.PropertySignature): string {
  const [doc] = ts.getJSDocCommentsAndTags(member);
  const text = typeof doc?.comment === 'string' ? doc.comment : '';
  return text
    .replaceAll(/\s*\(fal-api\.md [^)]*\)/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
