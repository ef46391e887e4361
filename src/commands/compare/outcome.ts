import type { Comparison } from '../../report/compare/document.js';
import { COMPARE_FILES } from '../../report/compare/files.js';
import { cameOutText } from '../../report/compare/tables.js';
import { costText, costTitle, TEXT_OF, spreadText } from '../../report/compare/words.js';
import type { Cell } from '../../study/cell.js';
import type { Compared } from '../../study/compare/compared.js';
import { tableLines, type Column } from '../../terminal/table.js';
import { shellWords } from '../../shell-words.js';
import type { Context, Output } from '../../context.js';
import type { Outcome } from '../batch/finish.js';
import { shortPath } from '../edit/document.js';
import { comparisonPreview } from './preview.js';

/** Output of a comparison. @param onWritten takes the absolute path of the page, and compare.json */
export function comparisonOutcome(
  cells: readonly Cell[],
  preview: boolean,
  onWritten: (page: string, comparison: Comparison) => void,
): Outcome {
  return {
    name: COMPARE_FILES.page,
    listsPictures: false,
    write: async ({ ledger, folder, context }) => {
      const { writeComparison } = await import('../../report/compare/write.js');
      const { compared, edits, verdict, document, page } = await writeComparison(cells, {
        ...{ ledger, outDir: folder, cwd: context.cwd, now: context.now() },
        pickCommand: pickCommand(folder, context),
      });
      onWritten(page, document);
      const pictures = preview ? await comparisonPreview(edits, folder, context) : '';
      const lines = [
        ...(pictures === '' ? [] : [pictures]),
        ...(await summaryLines(compared, context.stdout)),
        ...(context.stdout.isTTY === true ? ['', ...verdict, ''] : verdict),
        shortPath(page, context.cwd),
      ];
      return { document: { compare: document }, text: lines.join('\n') };
    },
  };
}

/** Command that lets people choose. @param folder absolute */
export function pickCommand(folder: string, { cwd }: Pick<Context, 'cwd'>): string {
  return shellWords(['fal-edit', 'pick', shortPath(folder, cwd)]);
}

/** One line per model, with medians. */
function summaryLines({ models, isSandbox }: Compared, stdout: Output): Promise<string[]> {
  const rows = models.map((model) => [
    model.model,
    cameOutText(model),
    ...(['change', 'sharpness', 'inference_ms'] as const).map((measure) =>
      medianText(model.measures[measure], TEXT_OF[measure]),
    ),
    costText(model.cost),
  ]);
  const figures = ['change', 'sharpness', 'run time', costTitle(isSandbox)];
  const columns: Column[] = [
    ...[{ title: 'model' }, { title: 'succeeded' }],
    ...figures.map((title) => ({ title, right: true })),
  ];
  return tableLines(columns, rows, stdout);
}

function medianText(spread: Parameters<typeof spreadText>[0], text: (value: number) => string): string {
  return spread === null ? '–' : text(spread.median);
}
