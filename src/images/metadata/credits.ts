import { isUtf8 } from 'node:buffer';
import type { MetadataBlocks, PNG_CREDITS } from './blocks.js';
import { type ExifField, readExif, textField } from './exif-fields.js';
import { IPTC, iptcValues } from './iptc.js';
import { escapeXml } from './xml-tags.js';
import { NS, readXmp, type XmpAddition, xmpId, xmpTexts } from './xmp.js';

/** By whom a picture is, what it shows, and when it was taken. Texts from a file: of any content, but of bounded length. */
export interface Credits {
  /** Several are separated by semicolons. */
  author?: string | undefined;
  copyright?: string | undefined;
  description?: string | undefined;
  /** As in ISO 8601, as much as is known: 2024, 2024-05-01, 2024-05-01T12:34:56, 2024-05-01T12:34:56+02:00. */
  taken?: string | undefined;
}

/** Credits from EXIF; what it does not say from XMP, then from IPTC, then from the texts of a PNG. */
export function creditsOf({ exif, xmp, iptc, texts }: MetadataBlocks): Credits {
  const sources = [exifCredits(exif), xmpCredits(xmp), iptcCredits(iptc), textCredits(texts)];
  const first = (field: keyof Credits) =>
    sources.map((credits) => credits[field]).find((text) => text !== undefined);
  return {
    author: first('author'),
    copyright: first('copyright'),
    description: first('description'),
    taken: first('taken'),
  };
}

/** Tags of EXIF. */
const TAG = {
  description: 0x010e,
  artist: 0x013b,
  copyright: 0x8298,
  taken: 0x9003,
  offset: 0x9011,
} as const;

function exifCredits(block: Uint8Array | undefined): Credits {
  const fields = block === undefined ? [] : readExif(block);
  const texts = (directory: string, tag: number) => {
    const field = fields.find((candidate) => candidate.directory === directory && candidate.tag === tag);
    return field === undefined ? [] : decoded(field.data).split('\0');
  };
  const [date = ''] = texts('exif', TAG.taken);
  const [offset = ''] = texts('exif', TAG.offset);
  return {
    author: line(texts('image', TAG.artist).slice(0, 1)),
    // The photographer's, then the editor's.
    copyright: line(texts('image', TAG.copyright).slice(0, 2)),
    description: prose(texts('image', TAG.description)[0]),
    taken: dateOf(
      /^(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)/.exec(date),
      /^[+-]\d\d:\d\d$/.exec(offset)?.[0],
    ),
  };
}

const ISO_DATE =
  /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?)?)?$/;

function xmpCredits(packet: Uint8Array | undefined): Credits {
  const properties = packet === undefined ? [] : (readXmp(packet)?.properties ?? []);
  const texts = (namespace: string, name: string) => {
    const property = properties.find(({ id }) => id === xmpId(namespace, name));
    return property === undefined ? [] : xmpTexts(property);
  };
  const [date = ''] = [...texts(NS.photoshop, 'DateCreated'), ...texts(NS.exif, 'DateTimeOriginal')];
  const match = ISO_DATE.exec(date.trim());
  return {
    author: line(texts(NS.dc, 'creator')),
    copyright: line(texts(NS.dc, 'rights').slice(0, 1)),
    description: prose(texts(NS.dc, 'description')[0]),
    taken: dateOf(match, match?.[7]),
  };
}

function iptcCredits(iptc: Uint8Array | undefined): Credits {
  const texts = (dataset: number) => (iptc === undefined ? [] : iptcValues(iptc, dataset).map(decoded));
  const [date = ''] = texts(IPTC.dateCreated);
  const [time = ''] = texts(IPTC.timeCreated);
  const match = /^(\d{4})(\d\d)(\d\d)(?: (\d\d)(\d\d)(\d\d)([+-]\d\d)(\d\d))?$/.exec(
    time === '' ? date : `${date} ${time}`,
  );
  return {
    author: line(texts(IPTC.byline)),
    copyright: line(texts(IPTC.copyright).slice(0, 1)),
    description: prose(texts(IPTC.caption)[0]),
    taken: dateOf(match, match?.[7] === undefined ? undefined : `${match[7]}:${match[8] ?? '00'}`),
  };
}

function textCredits(texts: MetadataBlocks['texts']): Credits {
  const text = (keyword: (typeof PNG_CREDITS)[number]) => {
    const bytes = texts?.get(keyword);
    return bytes === undefined ? undefined : decoded(bytes);
  };
  const date = text('Creation Time')?.trim() ?? '';
  const match = ISO_DATE.exec(date) ?? /^(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)$/.exec(date);
  return {
    author: line([text('Author') ?? '']),
    copyright: line([text('Copyright') ?? '']),
    description: prose(text('Description')),
    taken: dateOf(match, match?.[7]),
  };
}

/** UTF-8, or else Latin-1 as Windows has it: none of these formats says reliably which. */
function decoded(bytes: Uint8Array): string {
  return new TextDecoder(isUtf8(bytes) ? 'utf-8' : 'windows-1252').decode(bytes);
}

const MAX_LINE = 1000;
const MAX_PROSE = 10_000;

/** One line of texts, such as names; undefined if there is nothing in them. */
function line(texts: readonly string[]): string | undefined {
  const clean = texts.map((text) => text.replace(/[\p{Cc}\p{Zl}\p{Zp}\ufffe\uffff]+/gu, ' ').trim());
  return bounded(clean.filter((text) => text !== '').join('; '), MAX_LINE);
}

/** A text that may have several lines; undefined if there is nothing in it. */
function prose(text: string | undefined): string | undefined {
  const lines = (text ?? '').replace(/\r\n?/g, '\n');
  return bounded(lines.replace(/[^\P{Cc}\n\t]+|[\ufffe\uffff]/gu, ' ').trim(), MAX_PROSE);
}

function bounded(text: string, most: number): string | undefined {
  // Never half of a character.
  return text === '' ? undefined : text.slice(0, most).replace(/[\ud800-\udbff]$/, '');
}

/** A date of its year, month, day, hour, minute and second, as far as there are such; undefined for one that is none. */
function dateOf(match: RegExpExecArray | null, zone: string | undefined): string | undefined {
  const [year, month, day, hour, minute, second = '00'] = match?.slice(1, 7) ?? [];
  if (year === undefined || year === '0000') return undefined;
  const isBetween = (text: string | undefined, least: number, most: number) =>
    text === undefined || (Number(text) >= least && Number(text) <= most);
  if (!isBetween(month, 1, 12) || !isBetween(day, 1, 31)) return undefined;
  const date = [year, month, day].filter((part) => part !== undefined).join('-');
  if (hour === undefined || minute === undefined) return date;
  if (!isBetween(hour, 0, 23) || !isBetween(minute, 0, 59) || !isBetween(second, 0, 60)) return undefined;
  return `${date}T${hour}:${minute}:${second}${zone === 'Z' ? '+00:00' : (zone ?? '')}`;
}

/** The credits as fields of EXIF. It has no room for a date without a time. */
export function exifOfCredits({ author, copyright, description, taken }: Credits): ExifField[] {
  const [, day, time, zone] = /^([\d-]{10})T([\d:]{8})(.*)$/.exec(taken ?? '') ?? [];
  const fields: ExifField[] = [];
  if (description !== undefined) fields.push(textField('image', TAG.description, description));
  if (author !== undefined) fields.push(textField('image', TAG.artist, author));
  if (copyright !== undefined) fields.push(textField('image', TAG.copyright, copyright));
  if (day !== undefined && time !== undefined) {
    fields.push(textField('exif', TAG.taken, `${day.replaceAll('-', ':')} ${time}`));
  }
  if (zone !== undefined && zone !== '') fields.push(textField('exif', TAG.offset, zone));
  return fields;
}

/** The credits as properties of XMP, by their ids. */
export function xmpOfCredits({ author, copyright, description, taken }: Credits): Map<string, string> {
  const items = (list: string, texts: readonly string[], language = '') =>
    `<rdf:${list}>${texts.map((text) => `<rdf:li${language}>${escapeXml(text)}</rdf:li>`).join('')}</rdf:${list}>`;
  const inDefault = (text: string) => items('Alt', [text], ' xml:lang="x-default"');
  const properties = new Map<string, string>();
  const add = (prefix: 'dc' | 'photoshop', name: string, content: string) =>
    properties.set(xmpId(NS[prefix], name), `<${prefix}:${name}>${content}</${prefix}:${name}>`);
  if (author !== undefined) add('dc', 'creator', items('Seq', author.split(/\s*;\s*/).filter(Boolean)));
  if (copyright !== undefined) add('dc', 'rights', inDefault(copyright));
  if (description !== undefined) add('dc', 'description', inDefault(description));
  if (taken !== undefined) add('photoshop', 'DateCreated', taken);
  return properties;
}

/** Namespaces of the properties of {@link xmpOfCredits}. */
export const CREDIT_NAMESPACES: XmpAddition['namespaces'] = new Map([
  ['dc', NS.dc],
  ['photoshop', NS.photoshop],
]);
