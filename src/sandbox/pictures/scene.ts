import type { Size } from '../queue/billing.js';
import type { Pixels } from './encode.js';
import { css, toneAt, type Palette } from './palette.js';
import { seededRandom } from './random.js';

const LAYERS = 6;
/** Pixels of the canvas: its shapes are large and bear being enlarged. */
const CANVAS = 400_000;

/** A landscape out of nothing but a prompt and a seed: a sky, a sun, hills behind hills. */
export async function scene(prompt: string, seed: number, palette: Palette, size: Size): Promise<Pixels> {
  const { default: sharp } = await import('sharp');
  const { width, height } = size;
  const shrunk = Math.max(1, Math.sqrt((width * height) / CANVAS));
  const small = { width: Math.round(width / shrunk), height: Math.round(height / shrunk) };
  const svg = landscape(seededRandom('scene', prompt, seed), palette, small);
  const data = await sharp(Buffer.from(svg))
    .flatten()
    .resize(width, height, { fit: 'fill', kernel: 'cubic' })
    .toColourspace('srgb')
    .raw()
    .toBuffer();
  return { data, width, height };
}

function landscape(random: () => number, palette: Palette, { width, height }: Size): string {
  const between = (low: number, high: number) => low + (high - low) * random();
  const colour = (tone: number) => css(toneAt(palette, tone));
  const sun = { x: between(0.2, 0.8) * width, y: between(0.18, 0.42) * height };
  const radius = between(0.09, 0.15) * Math.min(width, height);
  const halos = [3.4, 2.3, 1.5].map(
    (times) =>
      `<circle cx="${sun.x}" cy="${sun.y}" r="${radius * times}" fill="${colour(1)}" opacity="0.12"/>`,
  );
  const hills = Array.from({ length: LAYERS }, (_, layer) => {
    const depth = layer / (LAYERS - 1);
    const base = height * (0.42 + 0.5 * depth);
    const swing = height * (0.05 + 0.06 * random());
    const waves = [1, 2.3, 4.1].map((pitch) => ({ pitch: pitch * between(0.7, 1.3), phase: random() * 7 }));
    const points = Array.from({ length: 49 }, (__, step) => {
      const across = step / 48;
      const rise = waves.reduce(
        (sum, { pitch, phase }) => sum + Math.sin(across * pitch * Math.PI + phase) / pitch,
        0,
      );
      return `${(across * width).toFixed(1)},${(base - rise * swing).toFixed(1)}`;
    });
    const fill = colour(0.72 * (1 - depth));
    return `<polygon points="0,${height} ${points.join(' ')} ${width},${height}" fill="${fill}"/>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
<defs><linearGradient id="sky" x1="0" y1="0" x2="0" y2="1">
<stop offset="0" stop-color="${colour(0.45)}"/><stop offset="0.6" stop-color="${colour(0.95)}"/>
</linearGradient></defs>
<rect width="${width}" height="${height}" fill="url(#sky)"/>
${halos.join('')}<circle cx="${sun.x}" cy="${sun.y}" r="${radius}" fill="${colour(1)}"/>
${hills.join('\n')}
</svg>`;
}
