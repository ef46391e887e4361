import { bytesText, secondsText, usdText } from '../../units.js';
import type { EditRecord } from '../../edit/record.js';

/** One line on a finished edit: size, seed, cost, time. */
export function summaryLine(record: EditRecord): string {
  const [image] = record.images;
  const size =
    image?.width == null ? '' : `${image.width}x${image.height ?? 0}, ${bytesText(image.bytes ?? 0)} · `;
  const { billedUsd, estimatedUsd } = record.cost;
  const cost =
    billedUsd !== null
      ? usdText(billedUsd)
      : estimatedUsd === null
        ? 'cost unknown'
        : `about ${usdText(estimatedUsd)}`;
  const charge = record.sandbox ? `sandbox: nothing charged (would be ${cost})` : cost;
  return `done: ${size}seed ${record.seed} · ${charge} · ${secondsText(record.timings.totalMs ?? 0)}`;
}
