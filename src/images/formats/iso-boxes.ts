import type { ByteView } from './byte-view.js';

export interface Box {
  type: string;
  /** Start and end of its content. */
  start: number;
  end: number;
}

/** Far more than a picture has; limits the memory that a file of empty boxes can take. */
const MAX_BOXES = 10_000;

export function* readBoxes(view: ByteView, from: number, to: number): Generator<Box, void> {
  let count = 0;
  for (let at = from; at < to;) {
    if (++count > MAX_BOXES) throw view.damaged('has too many boxes');
    const short = view.u32(at);
    const type = view.ascii(at + 4, 4);
    // 1: the length follows in 64 bits. 0: up to the end.
    const header = short === 1 ? 16 : 8;
    const length = short === 1 ? view.u64(at + 8) : short === 0 ? to - at : short;
    if (length < header) throw view.damaged('has a box without a length');
    if (at + length > to) throw view.damaged('is cut short');
    yield { type, start: at + header, end: at + length };
    at += length;
  }
}

/** The pictures, tiles and annotations of a file, as its "meta" box describes them. */
export interface Items {
  /** The picture that viewers show; undefined if the file does not say. */
  primary: number | undefined;
  /** Boxes that describe an item, in the order in which they apply. */
  propertiesOf: (item: number) => Box[];
  /** Every box that describes any item. */
  properties: readonly Box[];
  /** Code of an item's coding or derivation, such as "av01" or "grid". */
  typeOf: (item: number) => string | undefined;
  /** Items from which an item is put together: the tiles of a grid. */
  partsOf: (item: number) => number[];
  /** Items that add something to an item: its alpha channel, its depth. */
  auxiliariesOf: (item: number) => number[];
}

/** Reads the boxes within "meta". Each of those read here starts with a version and three bytes of flags. */
export function readItems(view: ByteView, inMeta: readonly Box[]): Items {
  // There is one of each: others could take any amount of memory.
  const named = (type: string, boxes: readonly Box[] = inMeta) =>
    boxes.filter((box) => box.type === type).slice(0, 1);
  const inside = (boxes: readonly Box[]) =>
    boxes.flatMap(({ start, end }) => [...readBoxes(view, start, end)]);

  const [primaryBox] = named('pitm');
  const inProperties = inside(named('iprp'));
  const properties = inside(named('ipco', inProperties));
  const associations = readAssociations(
    view,
    inProperties.filter(({ type }) => type === 'ipma'),
  );
  const types = new Map(
    named('iinf').flatMap((box) => {
      const infos = readBoxes(view, box.start + (view.u8(box.start) === 0 ? 6 : 8), box.end);
      return [...infos].map((info) => typeOfItem(view, info));
    }),
  );
  const references = named('iref').flatMap((box) => readReferences(view, box));

  return {
    primary: primaryBox === undefined ? undefined : idAt(view, primaryBox.start, primaryBox.start + 4),
    properties,
    propertiesOf: (item) =>
      (associations.get(item) ?? [])
        .map((index) => properties[index - 1])
        .filter((property) => property !== undefined),
    typeOf: (item) => types.get(item),
    partsOf: (item) =>
      references.filter(({ type, from }) => type === 'dimg' && from === item).map(({ to }) => to),
    auxiliariesOf: (item) =>
      references.filter(({ type, to }) => type === 'auxl' && to === item).map(({ from }) => from),
  };
}

/** An item's number: two bytes, or four in later versions of a box. */
const idAt = (view: ByteView, box: number, at: number) => (view.u8(box) === 0 ? view.u16(at) : view.u32(at));

/** Which properties belong to which items, by their position from 1. */
function readAssociations(view: ByteView, boxes: readonly Box[]): Map<number, number[]> {
  const found = new Map<number, number[]>();
  for (const { start } of boxes) {
    const isWide = (view.u8(start + 3) & 1) === 1;
    const entries = view.u32(start + 4);
    // Several boxes differ in version and flags.
    if (entries + found.size > MAX_BOXES) throw view.damaged('has too many boxes');
    let at = start + 8;
    for (let entry = 0; entry < entries; entry++) {
      const item = idAt(view, start, at);
      at += view.u8(start) === 0 ? 2 : 4;
      const count = view.u8(at++);
      const indices = found.get(item) ?? [];
      // The highest bit says whether a reader must understand the property.
      for (let index = 0; index < count; index++, at += isWide ? 2 : 1) {
        indices.push(isWide ? view.u16(at) & 0x7fff : view.u8(at) & 0x7f);
      }
      found.set(item, indices);
    }
  }
  return found;
}

/** An item's number and the code of its type; versions before 2 have no type. */
function typeOfItem(view: ByteView, { start }: Box): [number, string] {
  const version = view.u8(start);
  if (version < 2) return [view.u16(start + 4), ''];
  const wide = version === 2 ? 2 : 4;
  const item = wide === 2 ? view.u16(start + 4) : view.u32(start + 4);
  // Two bytes of protection lie between.
  return [item, view.ascii(start + 4 + wide + 2, 4)];
}

interface Reference {
  type: string;
  from: number;
  to: number;
}

function readReferences(view: ByteView, { start, end }: Box): Reference[] {
  const wide = view.u8(start) === 0 ? 2 : 4;
  const found: Reference[] = [];
  for (const box of readBoxes(view, start + 4, end)) {
    const from = idAt(view, start, box.start);
    const count = view.u16(box.start + wide);
    for (let index = 0; index < count; index++) {
      if (found.length >= MAX_BOXES) throw view.damaged('has too many boxes');
      found.push({ type: box.type, from, to: idAt(view, start, box.start + wide + 2 + index * wide) });
    }
  }
  return found;
}
