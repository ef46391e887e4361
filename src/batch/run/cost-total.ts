import { usd } from '../../edit/plan/estimate.js';
import { COST_GRADES, type CostGrade } from '../../ledger/job.js';

/** Some edits whose estimates come from the same source. */
interface Part {
  edits: number;
  /** Dollars; 0 if unknown. */
  usd: number;
}

/** Estimated cost of several edits, by where the estimates come from. */
export class CostTotal {
  private readonly parts = new Map<CostGrade, Part>();

  /** @param usd of all these edits together; 0 if unknown */
  add(grade: CostGrade, edits: number, usd: number): void {
    const part = this.parts.get(grade) ?? { edits: 0, usd: 0 };
    this.parts.set(grade, { edits: part.edits + edits, usd: part.usd + usd });
  }

  get byGrade(): [CostGrade, Part][] {
    return COST_GRADES.flatMap((grade): [CostGrade, Part][] => {
      const part = this.parts.get(grade);
      return part === undefined ? [] : [[grade, { ...part, usd: usd(part.usd) }]];
    });
  }

  get edits(): number {
    return [...this.parts.values()].reduce((sum, part) => sum + part.edits, 0);
  }

  /** Number of edits whose cost is unknown. */
  get unknown(): number {
    return this.parts.get('unknown')?.edits ?? 0;
  }

  /** Cost of those whose cost is known, in dollars. */
  get knownUsd(): number {
    return usd([...this.parts.values()].reduce((sum, part) => sum + part.usd, 0));
  }

  /** Cost of all, in dollars; undefined if it is unknown for any of them. */
  get usd(): number | undefined {
    return this.unknown > 0 ? undefined : this.knownUsd;
  }
}
