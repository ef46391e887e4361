/** An element of a document that was well-formed. */
export interface XmlElement {
  name: string;
  attributes: Record<string, string>;
  /** Its own text, references resolved, without that of its children. */
  text: string;
  children: XmlElement[];
}

/** What XML 1.0 lets stand in a document: its production Char. */
const CHARACTERS = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;
const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>';
const TOKEN = /<(\/?)([a-z-]+)((?: [a-z_]+="[^"<]*")*)(\/?)>|([^<]+)/y;
const NAMED: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"' };

/**
 * Reads the little of XML that we write: elements, attributes, texts, references.
 *
 * @throws Error where it is not well-formed, or holds what we never write
 */
export function parseXml(document: string): XmlElement {
  if (!CHARACTERS.test(document)) throw new Error('holds a character that XML does not allow');
  if (!document.startsWith(DECLARATION)) throw new Error('has no declaration');
  const root: XmlElement = { name: '', attributes: {}, text: '', children: [] };
  const open = [root];
  for (TOKEN.lastIndex = DECLARATION.length; TOKEN.lastIndex < document.length;) {
    const at = TOKEN.lastIndex;
    const token = TOKEN.exec(document);
    if (token === null) throw new Error(`is broken at ${at}: ${document.slice(at, at + 40)}`);
    const [, closes, name = '', attributes = '', isEmpty, text] = token;
    const top = open.at(-1)!;
    if (text !== undefined) {
      if (text.includes(']]>')) throw new Error('has ]]> in a text');
      top.text += resolved(text);
    } else if (closes === '/') {
      if (open.pop()!.name !== name) throw new Error(`closes <${name}> within <${top.name}>`);
    } else {
      const element = { name, attributes: attributesOf(attributes), text: '', children: [] };
      top.children.push(element);
      if (isEmpty === '') open.push(element);
    }
  }
  if (open.length !== 1 || root.children.length !== 1 || root.text.trim() !== '') {
    throw new Error('is not one element');
  }
  return root.children[0]!;
}

function attributesOf(source: string): Record<string, string> {
  const pairs = [...source.matchAll(/ ([a-z_]+)="([^"]*)"/g)].map(([, name = '', value = '']) => [
    name,
    // What a parser does to a bare newline or tab in a value.
    resolved(value.replace(/[\t\n\r]/g, ' ')),
  ]);
  const attributes = Object.fromEntries(pairs) as Record<string, string>;
  if (Object.keys(attributes).length !== pairs.length) throw new Error(`has an attribute twice: ${source}`);
  return attributes;
}

function resolved(text: string): string {
  return text.replace(/&([^;]*;?)/g, (whole, reference: string) => {
    const found =
      NAMED[reference.slice(0, -1)] ??
      (/^#\d+;$/.test(reference) ? String.fromCodePoint(Number(reference.slice(1, -1))) : undefined);
    if (found === undefined) throw new Error(`has a bare or unknown reference: ${whole}`);
    return found;
  });
}
