/** A line of text in a drawing. The text may be foreign; everything else is ours. */
export interface TextLine {
  text: string;
  /** Pixels: of the left end, or of the middle. */
  x: number;
  /** Pixels: of the line on which the letters stand. */
  baseline: number;
  /** Of the font, pixels. */
  size: number;
  colour: string;
  anchor: 'start' | 'middle';
  bold?: boolean;
}

/** How letters are drawn. */
export interface Lettering {
  /** About how wide a text is, in multiples of the font's size; rather too much than too little. */
  width: (text: string) => number;
  /** The SVG element of a line. */
  element: (line: TextLine) => string;
}
