/**
 * One life of an edit in the ledger, and nothing else of it: prints the milliseconds. Started by bench.mjs with the
 * folder of the bundled ledger and the state folder.
 */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

const [, , entry, state] = process.argv;
const load = (name) => {
  const files = readdirSync(entry, { recursive: true });
  const file = files.find((one) => [`${name}.js`, `${name}.mjs`].includes(path.basename(one)));
  return import(pathToFileURL(path.join(entry, file)).href);
};
const [{ Ledger }, { Secrets }] = [await load('ledger'), await load('secrets')];
const self = { host: 'bench', pid: process.pid, started: '' };
const context = { now: () => Date.now(), sleep, self, isRunning: () => false, secrets: new Secrets() };
const id = `${process.pid}-${process.hrtime.bigint()}`;
const delivery = {
  cwd: state,
  template: 'x.png',
  numberWhenTaken: true,
  name: 'x',
  ext: 'png',
  count: 1,
  force: false,
};
const job = {
  ...{
    model: 'flux-general',
    endpoint: 'fal-ai/flux-general/image-to-image',
    via: 'fal',
    prompt: 'a watercolor',
  },
  ...{ seed: 7, askedHash: id, detached: false, delivery, estimatedUsd: 0.075, unitPriceUsd: 0.075 },
};

const began = performance.now();
const ledger = await Ledger.open(state, context);
const { job: planned } = ledger.begin(job, { caps: {}, again: false });
ledger.intend(
  planned.id,
  { prompt: 'a watercolor', image_url: 'https://v3.fal.media/files/x.png', seed: 7 },
  [],
);
ledger.accept(planned.id, id);
ledger.complete(planned.id, {
  result: { images: [] },
  billedUnits: 1,
  billedUsd: 0.075,
  targets: () => [`/${id}.png`],
});
ledger.saveImage(planned.id, { index: 0, path: `/${id}.png`, width: 64, height: 64, bytes: 9, sha256: id });
const took = performance.now() - began;
ledger.close();
process.stdout.write(String(took));
