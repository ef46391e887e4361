/** Red, green and blue, 0 to 255. */
export type Colour = readonly [red: number, green: number, blue: number];

/** From the darkest to the lightest, evenly spaced in tone. */
export type Palette = readonly Colour[];

/** Hue in degrees, saturation and lightness 0 to 1. */
export function hsl(hue: number, saturation: number, lightness: number): Colour {
  const reach = saturation * Math.min(lightness, 1 - lightness);
  const channel = (offset: number): number => {
    const at = (((offset + hue / 30) % 12) + 12) % 12;
    return Math.round(255 * (lightness - reach * Math.max(-1, Math.min(at - 3, 9 - at, 1))));
  };
  return [channel(0), channel(8), channel(4)];
}

/** Five tones from the darkest lightness (0 to 1) up, whose hue wanders from the shadows' to the lights'. */
export function tones(shadowHue: number, turn: number, saturation: number, darkest: number): Palette {
  const steps = [0, 0.27, 0.53, 0.77, 1].map((step) => darkest + (0.94 - darkest) * step);
  return steps.map((light, index) => hsl(shadowHue + (turn * index) / 4, saturation, light));
}

/** The palette's colour at a tone between 0 (darkest) and 1 (lightest). */
export function toneAt(palette: Palette, tone: number): Colour {
  const at = Math.min(1, Math.max(0, tone)) * (palette.length - 1);
  const low = palette[Math.floor(at)] ?? [0, 0, 0];
  const high = palette[Math.ceil(at)] ?? low;
  const part = at - Math.floor(at);
  const mixed = (index: 0 | 1 | 2) => Math.round(low[index] + (high[index] - low[index]) * part);
  return [mixed(0), mixed(1), mixed(2)];
}

/** As CSS. */
export function css(colour: Colour): string {
  return `rgb(${colour.join(',')})`;
}
