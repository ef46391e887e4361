import { escapeXml, readTags, XmlError, type XmlTag, xmlText } from './xml-tags.js';
import type { Span } from './spans.js';

export const NS = {
  rdf: 'http://www.w3.org/1999/02/22-rdf-syntax-ns#',
  dc: 'http://purl.org/dc/elements/1.1/',
  exif: 'http://ns.adobe.com/exif/1.0/',
  photoshop: 'http://ns.adobe.com/photoshop/1.0/',
  tiff: 'http://ns.adobe.com/tiff/1.0/',
  xmp: 'http://ns.adobe.com/xap/1.0/',
  note: 'http://ns.adobe.com/xmp/note/',
} as const;

/** A property of the picture, by the address of its namespace and its name: "http://purl.org/dc/elements/1.1/ rights". */
export interface XmpProperty extends Span {
  id: string;
  /** It, written as an element. */
  element: string;
  /** Addresses of all namespaces that it may use, by prefix. */
  namespaces: ReadonlyMap<string, string>;
}

export const xmpId = (namespace: string, name: string) => `${namespace} ${name}`;

/** A packet of XMP, read. */
export interface Xmp {
  text: string;
  properties: XmpProperty[];
  /** The thing that the packet says it describes, as written; usually nothing. */
  about: string;
  /** Where another description can be put. */
  end: number;
}

interface Element {
  tag: XmlTag;
  namespace: string;
  name: string;
  namespaces: ReadonlyMap<string, string>;
}

/** Deeper than any packet. */
const MAX_DEPTH = 100;

/** A packet's properties; undefined if it is no packet, or a broken one: XMP is only an annotation. */
export function readXmp(packet: Uint8Array): Xmp | undefined {
  try {
    return parsed(new TextDecoder('utf-8', { fatal: true }).decode(packet));
  } catch (error) {
    if (error instanceof XmlError || error instanceof TypeError) return undefined;
    throw error;
  }
}

function parsed(text: string): Xmp {
  const properties: XmpProperty[] = [];
  const open: Element[] = [];
  let about: string | undefined;
  let end: number | undefined;

  for (const tag of readTags(text)) {
    if (tag.kind === 'close') {
      const element = open.pop();
      if (element?.tag.name !== tag.name) throw new XmlError();
      if (isProperty(open)) properties.push(elementProperty(text, element, tag.end));
      if (isRdf(element, 'RDF')) end ??= tag.start;
      continue;
    }
    const element = elementOf(tag, open.at(-1));
    if (isProperty(open) && tag.kind === 'empty') properties.push(elementProperty(text, element, tag.end));
    if (isRdf(element, 'Description') && isRdf(open.at(-1), 'RDF')) {
      properties.push(...attributeProperties(element));
      about ??= tag.attributes.find(({ name }) => /(^|:)about$/.test(name))?.source;
    }
    if (tag.kind === 'open') open.push(element);
    if (open.length > MAX_DEPTH) throw new XmlError();
  }
  if (open.length > 0 || end === undefined) throw new XmlError();
  return { text, properties, about: about ?? '', end };
}

const isRdf = (element: Element | undefined, name: string) =>
  element?.namespace === NS.rdf && element.name === name;

/** Whether what is directly within these elements is a property of the picture. */
const isProperty = (open: readonly Element[]) =>
  isRdf(open.at(-1), 'Description') && isRdf(open.at(-2), 'RDF');

function elementOf(tag: XmlTag, parent: Element | undefined): Element {
  const declared = tag.attributes
    .filter(({ name }) => name.startsWith('xmlns:'))
    .map(({ name, source }): [string, string] => [name.slice('xmlns:'.length), xmlText(source)]);
  const inherited = parent?.namespaces ?? new Map<string, string>();
  const namespaces = declared.length === 0 ? inherited : new Map([...inherited, ...declared]);
  return { tag, namespaces, ...resolved(tag.name, namespaces) };
}

/** Names without a prefix do not occur in XMP. */
function resolved(
  name: string,
  namespaces: ReadonlyMap<string, string>,
): { namespace: string; name: string } {
  const colon = name.indexOf(':');
  return { namespace: namespaces.get(name.slice(0, Math.max(colon, 0))) ?? '', name: name.slice(colon + 1) };
}

function elementProperty(
  text: string,
  { tag, namespace, name, namespaces }: Element,
  end: number,
): XmpProperty {
  return {
    id: xmpId(namespace, name),
    element: text.slice(tag.start, end),
    namespaces,
    start: tag.start,
    end,
  };
}

/** Simple properties may be written as attributes of the description. */
function attributeProperties({ tag, namespaces }: Element): XmpProperty[] {
  return tag.attributes.flatMap(({ name: fullName, source, start, end }) => {
    const { namespace, name } = resolved(fullName, namespaces);
    if (namespace === '' || namespace === NS.rdf) return [];
    const element = `<${fullName}>${source}</${fullName}>`;
    return [{ id: xmpId(namespace, name), element, namespaces, start, end }];
  });
}

/** More than anyone writes about a picture. */
const MAX_TEXT = 65_536;

/** The texts of a property: one, or those of a list; of texts in several languages the default is the first. */
export function xmpTexts({ element }: XmpProperty): string[] {
  const source = element.slice(0, MAX_TEXT);
  const texts: string[] = [];
  for (const [, attributes = '', content = ''] of source.matchAll(
    /<\w+:li\b([^<>]*)>([^<]*)<\/\w+:li\s*>/g,
  )) {
    if (attributes.includes('x-default')) texts.unshift(xmlText(content));
    else texts.push(xmlText(content));
  }
  return texts.length > 0 ? texts : [xmlText(source)];
}

/** Properties to be added to a packet, as elements. */
export interface XmpAddition {
  elements: readonly string[];
  namespaces: ReadonlyMap<string, string>;
}

/** A packet without some of its properties and with others; a new one if there is none. */
export function changedXmp(
  xmp: Xmp | undefined,
  drop: (property: XmpProperty) => boolean,
  additions: readonly XmpAddition[],
): Uint8Array {
  const added = additions.map((addition) => description(addition, xmp?.about ?? '')).join('');
  if (xmp === undefined) return Buffer.from(newPacket(added));
  const changes = [
    ...xmp.properties.filter(drop).map(({ start, end }) => ({ start, end, text: '' })),
    { start: xmp.end, end: xmp.end, text: added },
  ];
  let text = '';
  let at = 0;
  for (const change of changes.sort((one, other) => one.start - other.start)) {
    text += xmp.text.slice(at, change.start) + change.text;
    at = change.end;
  }
  return Buffer.from(withoutRoom((text + xmp.text.slice(at)).replace(EMPTY_DESCRIPTION, '')));
}

/** A description whose properties have all been dropped. */
const EMPTY_DESCRIPTION =
  /<rdf:Description(?: rdf:about="[^"<>]*"| xmlns:\w+="[^"<>]*")*(?:>\s*<\/rdf:Description>|\/>)\s*/g;

/** Editors leave kilobytes of spaces, to change a packet where it stands. */
function withoutRoom(packet: string): string {
  const end = packet.lastIndexOf('<?xpacket end');
  return end < 0 ? packet : `${packet.slice(0, end).trimEnd()}\n${packet.slice(end)}`;
}

/** All descriptions of a packet have to be about the same. */
function description({ elements, namespaces }: XmpAddition, about: string): string {
  const body = elements.join('');
  const declared = [...new Map([...namespaces, ['rdf', NS.rdf]])]
    .filter(([prefix]) => prefix === 'rdf' || body.includes(`${prefix}:`))
    .map(([prefix, address]) => ` xmlns:${prefix}="${escapeXml(address)}"`);
  return `<rdf:Description rdf:about="${about}"${declared.join('')}>${body}</rdf:Description>`;
}

function newPacket(descriptions: string): string {
  return [
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>',
    `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="${NS.rdf}">`,
    `${descriptions}</rdf:RDF></x:xmpmeta>`,
    '<?xpacket end="w"?>',
  ].join('\n');
}
