/** A part of a file, by its offsets. */
export interface Span {
  start: number;
  end: number;
}

/** The pieces of a changed file: parts of the old one, and new bytes. */
export type Piece = Span | Uint8Array;

/** The pieces as one file, copied once; the file itself if they are all of it. */
export function assembled(file: Uint8Array, pieces: Iterable<Piece>): Uint8Array {
  const merged: Piece[] = [];
  for (const piece of pieces) {
    const last = merged.at(-1);
    if (last !== undefined && isSpan(last) && isSpan(piece) && last.end === piece.start) {
      merged[merged.length - 1] = { start: last.start, end: piece.end };
    } else {
      merged.push(piece);
    }
  }
  const [first] = merged;
  const isAll =
    merged.length === 1 && first !== undefined && isSpan(first) && lengthOf(first) === file.length;
  if (isAll) return file;
  return Buffer.concat(
    merged.map((piece) => (isSpan(piece) ? file.subarray(piece.start, piece.end) : piece)),
  );
}

export function lengthOf(piece: Piece): number {
  return isSpan(piece) ? piece.end - piece.start : piece.length;
}

const isSpan = (piece: Piece): piece is Span => !(piece instanceof Uint8Array);
