/** Output sizes that fal knows by name (fal-api.md 1.7), in pixels. */
export const SIZE_PRESETS = {
  square_hd: { width: 1024, height: 1024 },
  square: { width: 512, height: 512 },
  portrait_4_3: { width: 768, height: 1024 },
  portrait_16_9: { width: 576, height: 1024 },
  landscape_4_3: { width: 1024, height: 768 },
  landscape_16_9: { width: 1024, height: 576 },
} as const;

export type SizePreset = keyof typeof SIZE_PRESETS;

/** A size by name: one of fal's presets, or a name that only one model knows. */
export type SizeName = SizePreset | (string & {});

/** A side is in pixels. */
export interface Dimensions {
  width: number;
  height: number;
}

export type OutputFormat = 'png' | 'jpeg' | 'webp';

export interface Lora {
  /** An http(s) URL, a Hugging Face id (`owner/name`) or a local `.safetensors` file. */
  path: string;
  /** How strongly it is applied; fal's default is 1. */
  scale?: number | undefined;
}

/**
 * A requested edit of a picture, independent of the model. A model's adapter turns it into fal's input, and
 * refuses what the model has no field for.
 */
export interface EditRequest {
  /** Absent for a model without a prompt. */
  prompt?: string | undefined;
  /** Pictures as the user named them (path, URL, data: URI or `-`), or the URLs that fal is to read. */
  images: string[];
  /** 0.01..1; 1 remakes the picture, near 0 keeps it (fal-api.md 1.3). */
  strength?: number | undefined;
  loras?: Lora[] | undefined;
  steps?: number | undefined;
  guidance?: number | undefined;
  /** Absent for a model without a seed. */
  seed?: number | undefined;
  numImages?: number | undefined;
  /** Left to the model when absent. */
  size?: SizeName | Dimensions | undefined;
  format?: OutputFormat | undefined;
  negativePrompt?: string | undefined;
  acceleration?: string | undefined;
  expandPrompt?: boolean | undefined;
  safetyChecker?: boolean | undefined;
  /** Further fields of the model's own schema, by fal's names (`--set`). */
  set?: Record<string, unknown> | undefined;
  /** Files for fields of the model's own schema (`--file`), already in `set` too. */
  files?: readonly FileWish[] | undefined;
}

/** A file that the user named for a field. Whatever the field, the file is uploaded. */
export interface FileWish {
  /** Path of the field in fal's input. */
  path: readonly (string | number)[];
  /** A local path, URL or data: URI. */
  value: string;
}

/** A property of {@link EditRequest} that a model may or may not have a field for. */
export type RequestKey = Exclude<keyof EditRequest, 'set' | 'files'>;

/** The flag that sets each property; also its name in error messages. */
export const FLAG_OF: Record<RequestKey, string> = {
  prompt: '--prompt',
  images: '--image',
  strength: '--strength',
  loras: '--lora',
  steps: '--steps',
  guidance: '--guidance',
  seed: '--seed',
  numImages: '--num-images',
  size: '--size',
  format: '--format',
  negativePrompt: '--negative-prompt',
  acceleration: '--acceleration',
  expandPrompt: '--expand-prompt',
  safetyChecker: '--no-safety-checker',
};

/** How a local picture is prepared for its upload. What is left out is the default. */
export interface UploadSettings {
  /** Colour behind transparent pixels, `#rrggbb`; white when absent. */
  background?: string | undefined;
  /** Send the file untouched, with its metadata. */
  uploadAsIs?: boolean | undefined;
  /** Most pixels (width times height) to upload; a larger picture is reduced. */
  maxUpload?: number | undefined;
  /** Enlarge a picture that is too small for the model. */
  upscaleInput?: boolean | undefined;
}

/** Properties of the first input that a result takes over before it is saved. What is left out is not taken over. */
export interface FinishSettings {
  /** Put the input's transparency back. */
  alpha?: 'keep' | 'none' | undefined;
  /** keep: author, copyright, description and capture date; all: everything, GPS included. */
  metadata?: 'keep' | 'all' | 'none' | undefined;
  /** Convert the result to the input's colour profile, and embed it. */
  icc?: 'keep' | 'none' | undefined;
}

export type PictureSettings = UploadSettings & FinishSettings;

/** The flag that sets each of the {@link PictureSettings}. */
export const PICTURE_FLAGS = {
  background: '--background',
  uploadAsIs: '--upload-as-is',
  maxUpload: '--max-upload',
  upscaleInput: '--upscale-input',
  alpha: '--alpha',
  metadata: '--metadata',
  icc: '--icc',
} as const satisfies Record<keyof PictureSettings, string>;

/** The settings that a message can name. */
export type NamedSetting = RequestKey | keyof PictureSettings | 'set' | 'file' | 'output';

/** Whether a setting is one that a model may have a field for. */
export function isRequestKey(setting: NamedSetting): setting is RequestKey {
  return Object.hasOwn(FLAG_OF, setting);
}

/** Whether a setting is about the pictures themselves, whatever the model. */
export function isPictureKey(setting: NamedSetting): setting is keyof PictureSettings {
  return Object.hasOwn(PICTURE_FLAGS, setting);
}

/** Returns the name of a setting in messages: its flag, or the variable or file that it came from. */
export type NameOf = (setting: NamedSetting) => string;

/** Names every setting by its flag. */
export const flagOf: NameOf = (setting) => {
  if (isRequestKey(setting)) return FLAG_OF[setting];
  return isPictureKey(setting) ? PICTURE_FLAGS[setting] : `--${setting}`;
};
