import { usdText } from '../../units.js';
import type { Compared } from '../../study/compare/compared.js';
import { FEWEST_PAIRS, type Paired } from '../../study/compare/pairs.js';
import type { ModelSummary } from '../../study/compare/summary.js';
import { countText, TEXT_OF } from './words.js';

/** Two figures within this ratio count as equal. */
const ABOUT_EQUAL = 1.1;

/** Differences between two models, in sentences. */
export function differences(
  first: ModelSummary,
  second: ModelSummary,
  { pairs, isSandbox }: Compared,
): string[] {
  const of = (measure: Paired['measure']): Paired | undefined =>
    pairs.find(
      ({ models, ...pair }) =>
        pair.measure === measure && models.includes(first.model) && models.includes(second.model),
    );
  return [
    changeSentence(first, second, of('change')),
    moreSentence(first, second, of('colour_shift'), 'shifts the colours more', 'ΔE '),
    moreSentence(first, second, of('sharpness'), 'makes sharper pictures', ''),
    scatterSentence(first, second, of('scatter')),
    timeSentence(first, second),
    costSentence(first, second, isSandbox),
  ].filter((sentence) => sentence !== undefined);
}

function changeSentence(
  first: ModelSummary,
  second: ModelSummary,
  pair: Paired | undefined,
): string | undefined {
  const medians = mediansOf(first, second, 'change');
  if (pair === undefined || pair.pairs === 0 || medians === undefined) return undefined;
  if (pair.fewer !== null) {
    const [less, more] = pair.fewer === first.model ? [first, second] : [second, first];
    const medianText = mediansOf(less, more, 'change') ?? medians;
    return `${less.model} changes the picture less than ${more.model}: in ${shareText(pair)} (median ${medianText}).`;
  }
  if (isFew(pair)) {
    return `Too few pairs to tell whether ${first.model} or ${second.model} changes the picture less: ${countText(pair.pairs, 'pair')}, and at least ${FEWEST_PAIRS} are needed. So far ${second.model} is at ${TEXT_OF.change(second.measures.change?.median ?? 0)}, ${first.model} at ${TEXT_OF.change(first.measures.change?.median ?? 0)}.`;
  }
  return `No clear difference in how much ${first.model} and ${second.model} change the picture: ${first.model} changes it less ${shareOf(first, pair)} (median ${medians}).`;
}

/** Undefined unless the pairs show a difference: measures that do not differ need no sentence each. */
function moreSentence(
  first: ModelSummary,
  second: ModelSummary,
  pair: Paired | undefined,
  what: string,
  unit: string,
): string | undefined {
  if (pair === undefined || pair.fewer === null) return undefined;
  const [less, more] = pair.fewer === first.model ? [first, second] : [second, first];
  const medians = mediansOf(more, less, pair.measure, unit);
  return `${more.model} ${what}: in ${shareText(pair)} (median ${medians ?? '–'}).`;
}

function scatterSentence(
  first: ModelSummary,
  second: ModelSummary,
  pair: Paired | undefined,
): string | undefined {
  const medians = mediansOf(first, second, 'scatter');
  if (pair === undefined || pair.pairs === 0 || medians === undefined) return undefined;
  if (pair.fewer !== null) {
    const more = pair.fewer === first.model ? second : first;
    const less = more === first ? second : first;
    return `Another seed changes the results of ${more.model} more than those of ${less.model}: in ${shareText(pair)} (median ${mediansOf(more, less, 'scatter') ?? medians}).`;
  }
  const groups = countText(pair.pairs, 'picture');
  const why = isFew(pair) ? `${groups} are too few to call this a difference` : 'this is no clear difference';
  return `From seed to seed, the results of ${first.model} differ by ${TEXT_OF.scatter(first.measures.scatter?.median ?? 0)}, those of ${second.model} by ${TEXT_OF.scatter(second.measures.scatter?.median ?? 0)}; ${isFew(pair) && pair.pairs === 1 ? '1 picture is too few to call this a difference' : why}.`;
}

/** Measured times, in the past tense: they promise nothing about the next edits. */
function timeSentence(first: ModelSummary, second: ModelSummary): string | undefined {
  const [one, other] = [first.measures.inference_ms, second.measures.inference_ms];
  if (one === null || other === null) return undefined;
  const medians = mediansOf(first, second, 'inference_ms') ?? '';
  const counts = `medians of ${one.count} and ${other.count} edits, not counting the queue`;
  const ratio = ratioOf(one.median, other.median);
  if (ratio === undefined) return `Both had about the same run time: ${medians} (${counts}).`;
  const [slow, fast] = one.median > other.median ? [first, second] : [second, first];
  return `${slow.model} took ${ratio} × as long to run as ${fast.model}: ${mediansOf(slow, fast, 'inference_ms') ?? medians} (${counts}).`;
}

/** Cost as billed, or as the sandbox would bill it. */
function costSentence(first: ModelSummary, second: ModelSummary, isSandbox: boolean): string | undefined {
  const [one, other] = [first.cost.per_100_pictures_usd, second.cost.per_100_pictures_usd];
  if (one === null || other === null) return undefined;
  const isEstimate = first.cost.is_estimate || second.cost.is_estimate;
  const source = isSandbox
    ? 'sandbox: nothing charged'
    : isEstimate
      ? 'estimated; fal has not said what it billed'
      : 'as billed';
  const ratio = ratioOf(one, other);
  const [dear, cheap] = one > other ? [first, second] : [second, first];
  const prices = `${usdText(Math.max(one, other))} against ${usdText(Math.min(one, other))} for 100 pictures like these, ${source}`;
  if (one === other) {
    return `Both ${isSandbox ? 'would cost' : 'cost'} the same: ${usdText(one)} for 100 pictures like these (${source}).`;
  }
  return ratio === undefined
    ? `Both ${isSandbox ? 'would cost' : 'cost'} about the same: ${prices}.`
    : `${dear.model} ${isSandbox ? 'would cost' : 'costs'} ${ratio} × as much as ${cheap.model}: ${prices}.`;
}

/** `1.4`; undefined if the two are about equal. */
function ratioOf(one: number, other: number): string | undefined {
  const [low, high] = [Math.min(one, other), Math.max(one, other)];
  if (high <= low * ABOUT_EQUAL) return undefined;
  if (low === 0) return 'many';
  const ratio = high / low;
  return ratio < 10 ? ratio.toFixed(1) : String(Math.round(ratio));
}

function isFew({ less: [first, second] }: Paired): boolean {
  return first + second < FEWEST_PAIRS;
}

/** `8 of 9 pairs`: how often the leading model is ahead. */
function shareText({ less, pairs, measure }: Paired): string {
  return `${Math.max(...less)} of ${countText(pairs, measure === 'scatter' ? 'picture' : 'pair')}`;
}

function shareOf(model: ModelSummary, { models, less, pairs }: Paired): string {
  return `in ${less[models.indexOf(model.model)] ?? 0} of ${countText(pairs, 'pair')}`;
}

function mediansOf(
  one: ModelSummary,
  other: ModelSummary,
  measure: Paired['measure'],
  unit = '',
): string | undefined {
  const [first, second] = [one.measures[measure], other.measures[measure]];
  if (first === null || second === null) return undefined;
  const text = TEXT_OF[measure];
  return `${unit}${text(first.median)} against ${unit}${text(second.median)}`;
}
