import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import type { PictureMetrics } from '../images/metrics/measure.js';
import { OUT_DIR_FILES } from '../batch/folder/out-dir.js';
import { saveWhole } from '../edit/pictures/save.js';

/** Version of the measures and their methods: figures of different versions are not comparable. */
const VERSION = 1;

const metricsFile = z.object({
  version: z.literal(VERSION),
  pictures: z.record(
    z.string(),
    z.object({
      change: z.number().nullable(),
      hashDistance: z.number().nullable(),
      colourShift: z.number().nullable(),
      sharpness: z.number(),
      width: z.number(),
      height: z.number(),
      bytes: z.number(),
    }),
  ),
});

/** Reads the metrics. Empty if the file is missing, damaged or of another version: everything can be measured again. */
export async function readMetrics(outDir: string): Promise<Map<string, PictureMetrics>> {
  try {
    const text = await readFile(path.join(outDir, OUT_DIR_FILES.metrics), 'utf8');
    return new Map(Object.entries(metricsFile.parse(JSON.parse(text)).pictures));
  } catch {
    return new Map();
  }
}

export async function writeMetrics(
  outDir: string,
  pictures: ReadonlyMap<string, PictureMetrics>,
): Promise<void> {
  const document = { version: VERSION, pictures: Object.fromEntries(pictures) };
  const text = Buffer.from(`${JSON.stringify(document)}\n`);
  await saveWhole(path.join(outDir, OUT_DIR_FILES.metrics), text, { force: true, tag: 'metrics' });
}
