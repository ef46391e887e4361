import { CREDIT_NAMESPACES, type Credits, exifOfCredits, xmpOfCredits } from './credits.js';
import { type ExifField, MAKER_NOTE, readExif, writeExif } from './exif-fields.js';
import { describing, type PictureShape } from './exif-patch.js';
import { changedXmp, NS, readXmp, type Xmp, type XmpAddition, xmpId, type XmpProperty } from './xmp.js';

/** A block for a result, undefined for none, and what it lacks of the input, as a sentence. */
export interface Choice {
  block: Uint8Array | undefined;
  lost?: string | undefined;
}

/** The first choice that is within a limit in bytes. The last one should be none, which always is. */
export function firstThatFits(choices: Iterable<Choice>, limit: number): Choice {
  for (const choice of choices) {
    if ((choice.block?.length ?? 0) <= limit) return choice;
  }
  return { block: undefined };
}

const TOO_LARGE = 'too large for this format';

const notCopied = (what: string, why = TOO_LARGE) => `The ${what} of the input was not copied: ${why}.`;

/** The last choices: the credits alone, if there are any, and nothing. */
function* leastChoices(
  what: string,
  ofCredits: Uint8Array | undefined,
  input: { isWanted: boolean; isDamaged: boolean },
): Generator<Choice, void> {
  const why = input.isDamaged ? 'it is damaged' : TOO_LARGE;
  if (ofCredits !== undefined && input.isWanted && !input.isDamaged) {
    const lost = `Of the ${what} of the input, only author, copyright, description and date were copied: ${why}.`;
    yield { block: ofCredits, lost };
  } else if (ofCredits !== undefined) {
    yield { block: ofCredits, lost: input.isWanted ? notCopied(what, why) : undefined };
  }
  const isNothing = ofCredits === undefined && !input.isWanted;
  yield { block: undefined, lost: isNothing ? undefined : notCopied(what, why) };
}

/**
 * EXIF for a result, the fullest first.
 *
 * @param input the input's whole EXIF, if that is wanted
 * @param own the result's
 */
export function* exifChoices(
  credits: Credits,
  input: Uint8Array | undefined,
  own: readonly ExifField[],
  shape: PictureShape,
): Generator<Choice, void> {
  const described = input === undefined ? undefined : describing(input, shape);
  const fields = described === undefined ? [] : readExif(described);
  if (described !== undefined && fields.length > 0) {
    const key = ({ directory, tag }: ExifField) => `${directory} ${tag}`;
    const known = new Set(fields.map(key));
    const more = own.filter((field) => !known.has(key(field)));
    yield { block: more.length === 0 ? described : writeExif([...more, ...fields]) };
    const others = fields.filter(({ tag }) => tag !== MAKER_NOTE);
    yield { block: writeExif([...more, ...others]), lost: notCopied("camera maker's part of the EXIF") };
  }
  const ofCredits = exifOfCredits(credits);
  const least = ofCredits.length === 0 ? undefined : writeExif([...own, ...ofCredits]);
  const isWanted = input !== undefined;
  yield* leastChoices('EXIF', least, { isWanted, isDamaged: isWanted && fields.length === 0 });
}

/**
 * XMP for a result, the fullest first.
 *
 * @param input the input's whole XMP, if that is wanted
 * @param own the result's
 */
export function* xmpChoices(
  credits: Credits,
  input: Uint8Array | undefined,
  own: Uint8Array | undefined,
  shape: PictureShape,
): Generator<Choice, void> {
  const ownXmp = own === undefined ? undefined : readXmp(own);
  const inputXmp = input === undefined ? undefined : readXmp(input);
  const ofCredits = xmpOfCredits(credits);
  if (inputXmp !== undefined) yield { block: describingXmp(inputXmp, ofCredits, ownXmp, shape) };
  const added = { elements: [...ofCredits.values()], namespaces: CREDIT_NAMESPACES };
  const least = ofCredits.size === 0 ? undefined : changedXmp(ownXmp, ({ id }) => ofCredits.has(id), [added]);
  const isWanted = input !== undefined;
  yield* leastChoices('XMP', least, { isWanted, isDamaged: isWanted && inputXmp === undefined });
}

/** IPTC for a result, the fullest first: the input's, if it is wanted. */
export function iptcChoices(input: Uint8Array | undefined, isForJpeg: boolean): Choice[] {
  if (input === undefined) return [{ block: undefined }];
  const lost = notCopied('IPTC', isForJpeg ? TOO_LARGE : 'only a JPEG can hold it');
  return [{ block: input }, { block: undefined, lost }];
}

/** Properties about other pictures in the same file, which a result does not have: gain maps, films, thumbnails. */
const OF_OTHER_PICTURES = [
  'http://ns.adobe.com/hdr-gain-map/',
  'http://ns.apple.com/HDRGainMap/',
  'http://ns.google.com/photos/',
  xmpId(NS.note, 'HasExtendedXMP'),
  xmpId(NS.xmp, 'Thumbnails'),
];

/** The packet of the input about the result: its size and orientation, and what only the credits or the result say. */
function describingXmp(
  input: Xmp,
  ofCredits: ReadonlyMap<string, string>,
  own: Xmp | undefined,
  { orientation, width, height }: PictureShape,
): Uint8Array {
  const facts = new Map<string, string>([
    [xmpId(NS.tiff, 'Orientation'), `<tiff:Orientation>${orientation}</tiff:Orientation>`],
    [xmpId(NS.tiff, 'ImageWidth'), `<tiff:ImageWidth>${width}</tiff:ImageWidth>`],
    [xmpId(NS.tiff, 'ImageLength'), `<tiff:ImageLength>${height}</tiff:ImageLength>`],
    [xmpId(NS.exif, 'PixelXDimension'), `<exif:PixelXDimension>${width}</exif:PixelXDimension>`],
    [xmpId(NS.exif, 'PixelYDimension'), `<exif:PixelYDimension>${height}</exif:PixelYDimension>`],
  ]);
  const isOfOthers = ({ id }: XmpProperty) => OF_OTHER_PICTURES.some((begin) => id.startsWith(begin));
  const known = new Set(input.properties.map(({ id }) => id));
  const ofCreditsAlone = [...ofCredits].filter(([id]) => !known.has(id)).map(([, element]) => element);
  const corrected = [...facts].filter(([id]) => known.has(id)).map(([, element]) => element);
  const ofOwn = (own?.properties ?? []).filter(({ id }) => !known.has(id) && !ofCredits.has(id));
  const additions: XmpAddition[] = [
    {
      elements: corrected,
      namespaces: new Map([
        ['tiff', NS.tiff],
        ['exif', NS.exif],
      ]),
    },
    { elements: ofCreditsAlone, namespaces: CREDIT_NAMESPACES },
    ...ofOwn.map(({ element, namespaces }) => ({ elements: [element], namespaces })),
  ];
  return changedXmp(
    input,
    (property) => facts.has(property.id) || isOfOthers(property),
    additions.filter(({ elements }) => elements.length > 0),
  );
}
