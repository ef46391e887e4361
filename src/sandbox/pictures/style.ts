import { tones, type Palette } from './palette.js';
import { seededRandom } from './random.js';

/** How a picture is redrawn. */
export interface Style {
  palette: Palette;
  /** The share of the picture's own colour that shows through, 0 to 1. */
  ownColour: number;
  /** Number of tones. */
  levels: number;
  /** How strongly outlines are drawn, 0 to 1. */
  ink: number;
  /** Outlines in the lightest tone instead of the darkest. */
  glowing: boolean;
  /** Width in pixels of the brush that smooths detail away; odd. */
  brush: 3 | 5 | 7;
}

type Look = Omit<Style, 'palette'> & { hue: number; turn: number; saturation: number; darkest: number };

const ordinary = { ownColour: 0.35, levels: 6, ink: 0.8, glowing: false, brush: 5 } as const;

/** Words that people write most: the sandbox knows no art, but it should not answer "neon" with sepia. */
const LOOKS: readonly [words: RegExp, look: Partial<Look>][] = [
  [
    /water ?colou?r|aquarelle|pastel/i,
    { ownColour: 0.55, levels: 7, ink: 0.35, saturation: 0.5, darkest: 0.26, brush: 7 },
  ],
  [
    /pencil|sketch|charcoal|drawing|engraving/i,
    { ownColour: 0, levels: 8, saturation: 0.04, darkest: 0.16, ink: 1, brush: 3 },
  ],
  [
    /neon|cyber|night|synthwave/i,
    { hue: 255, turn: 130, saturation: 0.9, glowing: true, ink: 0.9, ownColour: 0.1 },
  ],
  [/\boil\b|paint|impression|van gogh/i, { ownColour: 0.6, levels: 9, ink: 0.3, saturation: 0.7, brush: 7 }],
  [/comic|cartoon|anime|pop art|poster/i, { ownColour: 0.45, levels: 4, ink: 1, saturation: 0.8, brush: 5 }],
  [/autumn|sunset|warm|desert|fire/i, { hue: 345, turn: 65, saturation: 0.7 }],
  [/winter|snow|\bice\b|frozen|ocean|underwater/i, { hue: 235, turn: -50, saturation: 0.55 }],
  [/forest|jungle|spring|moss/i, { hue: 190, turn: -110, saturation: 0.45 }],
  [/vintage|sepia|retro|old photo/i, { hue: 20, turn: 25, saturation: 0.35, ownColour: 0.15, ink: 0.3 }],
];

/** The style that a prompt and a seed lead to, always the same one. */
export function styleOf(prompt: string, seed: number): Style {
  const byPrompt = seededRandom('hue', prompt);
  const bySeed = seededRandom('shade', seed);
  const look: Look = {
    ...ordinary,
    hue: byPrompt() * 360,
    turn: 60 + byPrompt() * 90,
    darkest: 0.1,
    saturation: 0.55 + byPrompt() * 0.2,
    ...LOOKS.find(([words]) => words.test(prompt))?.[1],
  };
  const { hue, turn, saturation, darkest, ...style } = look;
  return {
    ...style,
    palette: tones(hue + bySeed() * 30 - 15, turn * (0.8 + bySeed() * 0.4), saturation, darkest),
  };
}
