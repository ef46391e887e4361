import type { Span } from './spans.js';

export interface XmlAttribute extends Span {
  name: string;
  /** As it is written, with its entities. */
  source: string;
}

export interface XmlTag extends Span {
  kind: 'open' | 'close' | 'empty';
  name: string;
  attributes: XmlAttribute[];
}

/** The text is not XML of the plain kind that XMP is. */
export class XmlError extends Error {
  override readonly name = 'XmlError';
}

const TAG = /<(\/?)([^\s/>=<]+)/y;
/** Its span includes the space before it. */
const ATTRIBUTE = /\s+([^\s=/><]+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y;
const TAG_END = /\s*(\/?)>/y;

const SKIPPED = [
  ['<?', '?>'],
  ['<!--', '-->'],
  ['<![CDATA[', ']]>'],
] as const;

/**
 * The tags of an XML text, in one pass; it does not check that they match. Document types are refused: nothing that
 * they could define is needed.
 *
 * @throws XmlError
 */
export function* readTags(text: string): Generator<XmlTag, void> {
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at)) {
    const skipped = SKIPPED.find(([begin]) => text.startsWith(begin, at));
    if (skipped !== undefined) {
      const end = text.indexOf(skipped[1], at + skipped[0].length);
      if (end < 0) throw new XmlError();
      at = end + skipped[1].length;
      continue;
    }
    const tag = readTag(text, at);
    yield tag;
    at = tag.end;
  }
}

function readTag(text: string, start: number): XmlTag {
  const [opening, slash, name] = matchAt(TAG, text, start) ?? [];
  if (opening === undefined || name === undefined) throw new XmlError();
  const attributes: XmlAttribute[] = [];
  let at = start + opening.length;
  for (;;) {
    const [whole, attribute, double, single] = matchAt(ATTRIBUTE, text, at) ?? [];
    if (whole === undefined || attribute === undefined) break;
    attributes.push({ name: attribute, source: double ?? single ?? '', start: at, end: at + whole.length });
    at += whole.length;
  }
  const [closing, empty] = matchAt(TAG_END, text, at) ?? [];
  if (closing === undefined) throw new XmlError();
  const kind = slash !== '' ? 'close' : empty !== '' ? 'empty' : 'open';
  return { kind, name, attributes, start, end: at + closing.length };
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** Text as it is meant, from its source between tags or in an attribute. Comments and the like are left out. */
export function xmlText(source: string): string {
  return source
    .replace(/<!\[CDATA\[([\s\S]*?)\]\]>|<[^>]*>/g, (_, literal?: string) => escapeXml(literal ?? ''))
    .replace(
      /&(?:#x([\da-f]{1,6})|#(\d{1,7})|([a-z]+));/gi,
      (whole, hex?: string, decimal?: string, name?: string) => {
        if (name !== undefined) return ENTITIES[name] ?? whole;
        const code = hex === undefined ? Number(decimal) : parseInt(hex, 16);
        return code <= 0x10ffff ? String.fromCodePoint(code) : '';
      },
    );
}

export function escapeXml(text: string): string {
  return text.replace(
    /[&<>"]/g,
    (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[character] ?? '&quot;',
  );
}
