/*
 * Readers of pictures that share no code with sharp or with us. Tests that need one are skipped where it is missing
 * (`describe.skipIf(lacksPillow)`), but fail in CI, which installs them.
 */
import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const isCi = Boolean(process.env['CI']);

/** Debian's own Python first: another one on the path may have no Pillow. */
const PYTHON = ['/usr/bin/python3', 'python3', 'python'].find((python) => works(python, '-c', 'import PIL'));
const hasExiftool = works('exiftool', '-ver');

export const lacksPillow = PYTHON === undefined && !isCi;
export const lacksExiftool = !hasExiftool && !isCi;

function works(program: string, ...argv: string[]): boolean {
  try {
    execFileSync(program, argv, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

export interface PlainPicture {
  /** Pillow's word for what the file holds: RGB, RGBA, P, L, I;16, CMYK, … */
  mode: string;
  width: number;
  height: number;
  /** Three bytes for each pixel. */
  pixels: Buffer;
}

/**
 * What fal's toolkit does (docs/fal-api.md): no colour management, no alpha, turned by EXIF. Or, if asked for, what
 * lcms makes of the picture by its profile.
 */
const READER = `
import io, json, struct, sys, warnings
from PIL import Image, ImageCms, ImageOps
warnings.simplefilter('ignore')
Image.MAX_IMAGE_PIXELS = None
def by_profile(picture):
    profile = ImageCms.ImageCmsProfile(io.BytesIO(picture.info['icc_profile']))
    return ImageCms.profileToProfile(picture, profile, ImageCms.createProfile('sRGB'), outputMode='RGB')
to_rgb = by_profile if sys.argv[1] == 'lcms' else lambda picture: picture.convert('RGB')
while True:
    head = sys.stdin.buffer.read(4)
    if not head:
        break
    data = sys.stdin.buffer.read(struct.unpack('>I', head)[0])
    pixels = b''
    try:
        picture = Image.open(io.BytesIO(data))
        plain = ImageOps.exif_transpose(to_rgb(picture))
        pixels = plain.tobytes()
        answer = {'mode': picture.mode, 'width': plain.width, 'height': plain.height}
    except Exception as error:
        answer = {'error': str(error)}
    text = json.dumps(answer).encode()
    sys.stdout.buffer.write(struct.pack('>II', len(text), len(pixels)) + text + pixels)
`;

/** What a model would get of each picture; an Error for what Pillow does not read. */
export const readByPillow = (pictures: readonly Uint8Array[]) => readBy('pillow', pictures);

/** What a colour engine other than libvips' makes of pictures with a profile, in its usual (perceptual) intent. */
export const readByLcms = (pictures: readonly Uint8Array[]) => readBy('lcms', pictures);

async function readBy(
  reader: 'pillow' | 'lcms',
  pictures: readonly Uint8Array[],
): Promise<(PlainPicture | Error)[]> {
  if (PYTHON === undefined) throw new Error('Pillow is missing: apt-get install python3-pil');
  const child = spawn(PYTHON, ['-c', READER, reader], { stdio: ['pipe', 'pipe', 'inherit'] });
  for (const picture of pictures) child.stdin.write(Buffer.concat([bigEndian(picture.length), picture]));
  child.stdin.end();
  const parts: Buffer[] = [];
  for await (const part of child.stdout) parts.push(part as Buffer);
  const output = Buffer.concat(parts);

  let at = 0;
  const take = (length: number) => output.subarray(at, (at += length));
  return pictures.map(() => {
    const [textLength, length] = [take(4).readUInt32BE(), take(4).readUInt32BE()];
    const { error, ...facts } = JSON.parse(take(textLength).toString()) as PlainPicture & { error?: string };
    return error === undefined ? { ...facts, pixels: take(length) } : new Error(error);
  });
}

function bigEndian(number: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(number);
  return bytes;
}

export type Tags = Record<string, unknown>;

/**
 * What exiftool finds in each file, by group and name ("IFD0:Artist"), without what it says of the file as such and of
 * itself, but with its warnings. Flags such as `-n` are added to the command.
 */
export async function readByExiftool(files: readonly Uint8Array[], ...flags: string[]): Promise<Tags[]> {
  if (!hasExiftool) throw new Error('exiftool is missing: apt-get install libimage-exiftool-perl');
  const folder = await mkdtemp(path.join(tmpdir(), 'fal-edit-exiftool-'));
  try {
    const names = files.map((_, index) => path.join(folder, String(index)));
    await Promise.all(files.map((bytes, index) => writeFile(names[index]!, bytes)));
    const argv = ['-json', '-G1', '-a', ...flags, ...names];
    return (JSON.parse(await outputOf('exiftool', argv)) as Tags[]).map((tags) =>
      Object.fromEntries(
        Object.entries(tags).filter(
          ([name]) => !/^(SourceFile$|System:|ExifTool:(?!Warning|Error))/.test(name),
        ),
      ),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What a program prints, also when it fails: exiftool reports what it cannot read as a tag and exits with 1. */
async function outputOf(program: string, argv: readonly string[]): Promise<string> {
  const run = promisify(execFile)(program, argv, { maxBuffer: 2 ** 28 });
  const { stdout } = await run.catch((error: unknown) => error as { stdout: string });
  return stdout;
}
