import type { Context } from '../../context.js';
import type { BatchOptions } from '../batch/options.js';
import { readAttachment, type AttachmentReader } from '../../edit/attachments.js';
import { estimate, refuseUnbounded } from '../../edit/estimate.js';
import { planEdit, type PlanCache } from '../../edit/plan.js';
import { FalEditError } from '../../errors.js';
import type { ErrorKind } from '../../exit-codes.js';
import type { Fields } from '../../batch/manifest/entry.js';
import { targetName } from '../../study/sweep/target.js';
import type { Prices } from '../batch/prices.js';
import { rowReader } from '../batch/row-reader.js';
import { cellFields, type SweepPlan } from './plan.js';

/** Checks edits without sending anything. */
export interface Checker {
  /**
   * Checks each picture and each value of each axis once, with every model, so that a problem is reported once and
   * not for every cell.
   *
   * @throws FalEditError (usage, input, budget), one line per problem; the signal's reason
   */
  checkAll: () => Promise<void>;
  /** Estimated cost of the first cell in dollars, averaged over the models. @throws FalEditError */
  firstUsd: () => Promise<number>;
}

export function checker(
  plan: SweepPlan,
  { expectations, outDir, maxCostUsd, dailyCapUsd, allowOutside }: BatchOptions & { outDir: string },
  fromFile: readonly string[],
  prices: Prices,
  where: string,
  context: Context,
): Checker {
  const { pictures, axes, seeds, settings } = plan;
  const readRow = rowReader(settings, expectations, { folder: context.cwd, fromFile, allowOutside }, context);
  const cache = cacheWithoutBytes();
  const first = axes.map(({ values }) => values[0] ?? '');
  const model = axes.findIndex(({ target }) => targetName(target) === 'model');
  const models = axes[model]?.values ?? [undefined];

  const fieldsFor = (picture: string, chosen: readonly string[], modelName: string | undefined): Fields =>
    cellFields(
      plan,
      picture,
      modelName === undefined ? chosen : chosen.with(model, modelName),
      seeds?.[0]?.toString(),
    );

  const costOf = async (fields: Fields): Promise<number> => {
    context.signal.throwIfAborted();
    const { order } = await readRow(fields);
    const edit = await planEdit({ ...order, outputFolder: outDir }, context, cache);
    const cost = estimate(edit.model, edit.work, prices.of(edit.model.endpoint));
    refuseUnbounded(cost, { maxCostUsd, dailyCapUsd });
    return cost.usd;
  };

  return {
    checkAll: async () => {
      const problems = new Problems(plan, where);
      for (const name of models) {
        await problems.of(() => costOf(fieldsFor(pictures[0] ?? '', first, name)));
        for (const [axis, { values }] of axes.entries()) {
          if (axis === model) continue;
          for (const value of values.slice(1)) {
            await problems.of(() => costOf(fieldsFor(pictures[0] ?? '', first.with(axis, value), name)));
          }
        }
      }
      for (const picture of pictures.slice(1)) {
        await problems.of(() => costOf(fieldsFor(picture, first, models[0])));
      }
      problems.refuse();
    },
    firstUsd: async () => {
      const costs: number[] = [];
      for (const name of models) costs.push(await costOf(fieldsFor(pictures[0] ?? '', first, name)));
      return costs.reduce((sum, usd) => sum + usd, 0) / costs.length;
    },
  };
}

/** Problems, each once, with the names of the axes. */
class Problems {
  private readonly lines = new Set<string>();
  private readonly names: ReadonlyMap<string, string>;
  private kind: ErrorKind | undefined;
  private hint: string | undefined;

  constructor(
    { axes }: Pick<SweepPlan, 'axes'>,
    private readonly where: string,
  ) {
    this.names = new Map(axes.map(({ name, target }) => [targetName(target), name]));
  }

  async of(check: () => Promise<unknown>): Promise<void> {
    try {
      await check();
    } catch (error) {
      if (!(error instanceof FalEditError) || error.kind === 'interrupted') throw error;
      this.kind ??= error.kind;
      this.hint ??= error.hint;
      for (const line of error.message.split('\n')) this.lines.add(this.named(line));
    }
  }

  refuse(): void {
    if (this.kind === undefined) return;
    throw new FalEditError(this.kind, [...this.lines].join('\n'), { hint: this.hint });
  }

  /** Names a field by the axis that fills it. */
  private named(line: string): string {
    const [whole = '', set, key = '', field = ''] = /^(?:(set) (\w+)|([\w.-]+))(?=: )/.exec(line) ?? [];
    const name = this.names.get(set === undefined ? field : `set.${key}`) ?? this.scaleName(field);
    return name === undefined ? line : `${this.where} ${name}${line.slice(whole.length)}`;
  }

  private scaleName(field: string): string | undefined {
    const scale = [...this.names].find(([target]) => field === 'lora' && target.endsWith('.scale'));
    return scale?.[1];
  }
}

/** Reads each file once and keeps its description without its bytes, since nothing is uploaded here. */
function cacheWithoutBytes(): PlanCache {
  const known = new Map<string, ReturnType<AttachmentReader>>();
  const read: AttachmentReader = async (field, flag, context) => {
    const key = `${field.role} ${flag} ${field.value}`;
    const reading = known.get(key) ?? readAttachment(field, flag, context).then(withoutBytes);
    known.set(key, reading);
    return { ...(await reading), path: field.path };
  };
  return { read, writable: new Set() };
}

function withoutBytes<T extends Awaited<ReturnType<AttachmentReader>>>(attachment: T): T {
  const { upload } = attachment;
  if (upload === undefined) return attachment;
  return {
    ...attachment,
    upload: { ...upload, blob: () => Promise.reject(new Error('not to be uploaded')) },
  };
}
