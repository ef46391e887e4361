/*
 * INVARIANT: no sentence claims more than the figures. It names a difference only where the pairs show one
 * (study/compare/pairs.ts), claims it only for these pictures, and leaves it to people which results look better.
 */
import type { Compared } from '../../study/compare/compared.js';
import type { ModelSummary } from '../../study/compare/summary.js';
import { differences } from './differences.js';
import { picksSentence } from './picks-sentence.js';
import { TEXT_OF, costText, countText } from './words.js';

/** With fewer pictures, the verdict warns that others may give other figures. */
const MANY_PICTURES = 20;

/** A comparison in plain sentences. @param pickCommand the command with which people choose */
export function verdictOf(compared: Compared, pickCommand: string): string[] {
  const { models, picks, isSandbox, pictures } = compared;
  const [first, ...others] = models.filter(({ done }) => done > 0);
  const said = [
    ...(isSandbox ? ["Made by the sandbox: pictures, times and prices are not from fal's models."] : []),
    ...models.flatMap(missingSentence),
  ];
  if (first === undefined) return [...said, 'There are no pictures to compare.'];
  if (others.length === 0) return [...said, aloneSentence(first, isSandbox)];
  return [
    ...said,
    ...others.flatMap((other) => differences(first, other, compared)),
    ...(pictures < MANY_PICTURES
      ? [`These figures are from ${countText(pictures, 'picture')}; other pictures may give others.`]
      : []),
    picks.length > 0
      ? picksSentence(picks)
      : `No figure says which results look better. Let people choose blind: ${pickCommand}`,
  ];
}

/** Results that a model did not deliver, and why. */
function missingSentence({ model, edits, done, failed, moderated, open, failure }: ModelSummary): string[] {
  const reason = failure === null ? '' : ` ${/[.!?]$/.test(failure) ? failure : `${failure}.`}`;
  const parts = [
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(moderated > 0 ? [`${moderated} moderated`] : []),
    ...(open > 0 ? [`${open} not done yet`] : []),
  ];
  if (parts.length === 0) return [];
  if (done === 0) {
    const all = edits === 1 ? 'Its only edit' : `Of its ${edits} edits`;
    const what = edits === 1 ? partOfOne(failed, moderated) : parts.join(', ');
    return [`${model} made no pictures. ${all}${edits === 1 ? ' ' : ': '}${what}.${reason}`];
  }
  return [`${model} made ${done} of ${countText(edits, 'picture')}: ${parts.join(', ')}.${reason}`];
}

function partOfOne(failed: number, moderated: number): string {
  return failed > 0 ? 'failed' : moderated > 0 ? 'was moderated' : 'is not done yet';
}

/** Sentence about a comparison's only model. */
function aloneSentence({ model, done, measures, cost }: ModelSummary, isSandbox: boolean): string {
  const { change, inference_ms: time } = measures;
  const parts = [
    ...(change === null ? [] : [`it changes the picture by ${TEXT_OF.change(change.median)}`]),
    ...(time === null ? [] : [`takes ${TEXT_OF.inference_ms(time.median)} to run`]),
    ...(cost.per_100_pictures_usd === null
      ? []
      : [`${isSandbox ? 'would cost' : 'costs'} ${costText(cost)} for 100 pictures`]),
  ];
  const figures = parts.length === 0 ? '' : `: ${parts.join(', ')} (medians)`;
  return `There is nothing to compare ${model} with. Figures of ${model} from ${countText(done, 'picture')}${figures}.`;
}
