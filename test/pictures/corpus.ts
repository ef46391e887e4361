import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { colourSpaces, tagged } from './colour-spaces.js';
import { SPACES, type Colours } from './making/colours.js';
import { oddOnes } from './odd-ones.js';
import { orientations } from './orientations.js';
import { LOSSY, rowOf, type Sample } from './sample.js';
import { transparency } from './transparency.js';

const example = (name: string) => readFileSync(new URL(`../../examples/${name}`, import.meta.url));

/** All files of the corpus, or a part of it that has all that is unlike. */
export async function corpus(part: 'all' | 'sample'): Promise<Sample[]> {
  const made = await Promise.all([orientations(), colourSpaces(), transparency(), oddOnes()]);
  const small = [...made.flat(), ...photos()];
  // Of the files that are alike, the orientations, every fifth.
  if (part === 'sample') return small.filter(({ name }, index) => !/-[2-8]\./.test(name) || index % 5 === 0);
  const photo = await photoColours();
  const large = await Promise.all(SPACES.map((space) => tagged(space, photo, 'photo-')));
  return [...small, ...large.flat()];
}

/** Photos as they come out of a camera or an editor. */
function photos(): Sample[] {
  const row = rowOf('photos of examples/', { fate: 'sent' });
  return [
    row('chelsea.png', example('chelsea.png'), 'browser'),
    row('coffee.png', example('coffee.png'), 'browser'),
    // In Adobe RGB.
    row('rocket.jpg', example('rocket.jpg'), 'browser', { fate: 'converted', goal: LOSSY }),
  ];
}

async function photoColours(): Promise<Colours> {
  const picture = sharp(example('chelsea.png')).removeAlpha().raw();
  const { data, info } = await picture.toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  return { width, height, channels, values: Float64Array.from(data, (value) => value / 255) };
}
