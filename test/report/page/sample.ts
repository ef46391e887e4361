import type { ReportHead, ReportItem, ReportPicture } from '../../../src/report/page/data.js';

export const METRICS: ReportHead['metrics'] = [
  { key: 'cost', label: 'cost', unit: 'usd' },
  { key: 'change', label: 'change', unit: 'ratio' },
];

/** A head of a batch; what is given takes the place of its own. */
export function head(given: Partial<ReportHead> = {}): ReportHead {
  return {
    kind: 'batch',
    title: 'rows.csv',
    sandbox: false,
    figures: [{ label: 'cost', value: '$12.40 billed', hint: 'of $20' }],
    metrics: METRICS,
    axes: [],
    madeAt: '2026-01-02T03:04:05.000Z',
    ...given,
  };
}

/** A picture of which nobody asks whether it is there. */
export function picture(src: string, given: Partial<ReportPicture> = {}): ReportPicture {
  return { src, thumb: null, width: 96, height: 64, name: src, ...given };
}

/** An edit that is done; what is given takes the place of its own. */
export function item(key: string, given: Partial<ReportItem> = {}): ReportItem {
  return {
    key,
    title: `row ${key}`,
    state: 'done',
    prompt: `make it ${key}`,
    model: 'flux-general',
    seed: 7,
    before: [picture('before.png')],
    beforeUrls: [],
    after: [picture('after.png')],
    figures: { cost: 0.075, change: 0.5 },
    notes: [],
    request: `request-${key}`,
    command: `fal-edit before.png -p "make it ${key}" --seed 7`,
    at: {},
    ...given,
  };
}

/** A grid of strengths and seeds, with an item at each place. */
export function grid(): { axes: ReportHead['axes']; items: ReportItem[] } {
  const axes = [
    { name: 'strength', values: ['0.2', '0.5', '0.8'] },
    { name: 'seed', values: ['1', '2'] },
  ];
  const items = ['1', '2'].flatMap((seed) =>
    ['0.2', '0.5', '0.8'].map((strength) =>
      item(`${strength}-${seed}`, { title: `strength ${strength}, seed ${seed}`, at: { strength, seed } }),
    ),
  );
  return { axes, items };
}
