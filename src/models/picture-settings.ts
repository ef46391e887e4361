/* Reads the settings of pictures, from texts and values alike. Whether a model suits them is checked later. */
import * as z from 'zod';
import { problemsError, type FieldProblem } from '../errors/error.js';
import { flagOf, type NameOf, type PictureSettings } from './request.js';

/** The basic colours of CSS by name; more are written in hexadecimal. */
const COLOURS: Readonly<Record<string, string>> = {
  black: '#000000',
  silver: '#c0c0c0',
  gray: '#808080',
  grey: '#808080',
  white: '#ffffff',
  maroon: '#800000',
  red: '#ff0000',
  purple: '#800080',
  fuchsia: '#ff00ff',
  magenta: '#ff00ff',
  green: '#008000',
  lime: '#00ff00',
  olive: '#808000',
  yellow: '#ffff00',
  navy: '#000080',
  blue: '#0000ff',
  teal: '#008080',
  aqua: '#00ffff',
  cyan: '#00ffff',
  orange: '#ffa500',
};

const colour = z
  .string()
  .trim()
  .toLowerCase()
  .transform((written, issues) => {
    const named = Object.hasOwn(COLOURS, written) ? COLOURS[written] : undefined;
    const [, short, long] = /^#?(?:([0-9a-f]{3})|([0-9a-f]{6}))$/.exec(written) ?? [];
    const found = named ?? (short === undefined ? long : short.replace(/./g, '$&$&'));
    if (found !== undefined) return found.startsWith('#') ? found : `#${found}`;
    issues.addIssue({ code: 'custom' });
    return z.NEVER;
  });

/** A number of pixels, as a number or as text such as 4000000, 4MP or 1.5 MP. */
const pixels = z
  .string()
  .trim()
  .regex(/^\d{1,12}$|^\d{1,6}(\.\d+)?\s*mp$/i)
  .transform((text) => Math.round(/mp$/i.test(text) ? parseFloat(text) * 1e6 : Number(text)))
  .or(z.number())
  .pipe(z.int().min(1).max(1e9));

/** `none` overrides a weaker setting. */
const none = z.literal('none').transform(() => undefined);

const schema = z
  .object({
    background: colour,
    uploadAsIs: z.boolean(),
    maxUpload: pixels,
    upscaleInput: z.boolean(),
    alpha: z.literal('keep').or(none),
    metadata: z.enum(['keep', 'all']).or(none),
    icc: z.literal('keep').or(none),
  })
  .partial();

const ALLOWED: Record<keyof PictureSettings, string> = {
  background: 'a colour such as #ffffff, #fff or white',
  uploadAsIs: 'true or false',
  maxUpload: 'a number of pixels such as 4000000 or 4MP',
  upscaleInput: 'true or false',
  alpha: 'keep or none',
  metadata: 'keep, all or none',
  icc: 'keep or none',
};

/** The settings of pictures as given, each as a text or a value. */
export type GivenPictureSettings = Partial<Record<keyof PictureSettings, unknown>>;

/**
 * Reads the settings of pictures. Switches that are off and `none` count as not given.
 *
 * @param nameOf name of each setting in messages
 * @throws FalEditError (usage): names each value of a wrong form, and settings that contradict each other
 */
export function readPictureSettings(given: GivenPictureSettings, nameOf: NameOf = flagOf): PictureSettings {
  const { data, error } = schema.safeParse(given);
  if (error !== undefined) {
    const keys = [...new Set(error.issues.map(({ path: [key] }) => key as keyof PictureSettings))];
    throw problemsError(
      'usage',
      keys.map((key): FieldProblem => {
        const value = JSON.stringify(given[key]).slice(0, 100);
        return { field: nameOf(key), message: `must be ${ALLOWED[key]}, not ${value}.` };
      }),
    );
  }
  const settings = Object.fromEntries(
    Object.entries(data).filter(([, value]) => value !== undefined && value !== false),
  ) as PictureSettings;
  refuseContradictions(settings, nameOf);
  return settings;
}

/** A file that is sent untouched is neither flattened nor resized. */
function refuseContradictions(settings: PictureSettings, nameOf: NameOf): void {
  if (settings.uploadAsIs !== true) return;
  const changing = (['background', 'maxUpload', 'upscaleInput'] as const).filter(
    (key) => settings[key] !== undefined,
  );
  if (changing.length === 0) return;
  throw problemsError(
    'usage',
    changing.map((key) => ({
      field: nameOf(key),
      message: `cannot be used with ${nameOf('uploadAsIs')}, which sends the file untouched.`,
    })),
  );
}
