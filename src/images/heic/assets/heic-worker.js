/* Decodes one HEIC picture on a thread of its own, since libheif takes seconds and blocks the thread it runs on. */
import { parentPort, workerData } from 'node:worker_threads';
import libheif from 'libheif-js/wasm-bundle.js';

const { bytes, before, after } = workerData;
const images = new libheif.HeifDecoder().decode(bytes);
const image = images.find((one) => one.is_primary()) ?? images[0];
if (image === undefined) throw new Error('it has no picture that can be read');
const width = image.get_width();
const height = image.get_height();
const file = new Uint8Array(before + width * height * 4 + after);
const data = new Uint8ClampedArray(file.buffer, before, width * height * 4);
image.display({ data, width, height }, (shown) => {
  if (shown === null) throw new Error('its picture cannot be decoded');
  parentPort.postMessage({ file, width, height }, [file.buffer]);
});
