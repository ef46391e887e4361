import { fieldProblem, positionText, type Problem } from '../../batch/manifest/entry.js';
import { problemText } from '../../errors/error.js';

/** How many the terminal shows; the JSON document has all of them. */
const MOST_GROUPS = 20;
/** How many problems are kept: a manifest of millions of wrong rows is not worth the memory. */
const MOST_KEPT = 100_000;

/** Problems of many rows. The terminal shows the same problem in several rows once. */
export class ProblemList {
  /** In the order of the rows. */
  readonly kept: Problem[] = [];
  private readonly groups = new Map<string, { first: Problem; rows: number }>();

  add(problem: Problem): void {
    if (this.kept.length < MOST_KEPT) this.kept.push(problem);
    const key = JSON.stringify([problem.field, problem.message, problem.hint]);
    const group = this.groups.get(key);
    if (group !== undefined) group.rows++;
    else if (this.groups.size < MOST_KEPT) this.groups.set(key, { first: problem, rows: 1 });
  }

  /** For the terminal: `edits.csv:3: image: …`, or `in 65 rows, first: edits.csv:3: image: …`. */
  lines(): string[] {
    const groups = [...this.groups.values()];
    const listed = groups.slice(0, MOST_GROUPS).map(({ first, rows }) => {
      const text = problemText(fieldProblem(first));
      return rows === 1 ? text : `in ${rows} rows, first: ${text}`;
    });
    const [next] = groups.slice(MOST_GROUPS);
    if (next === undefined) return listed;
    const more = groups.length - MOST_GROUPS;
    return [
      ...listed,
      `and ${more} more ${more === 1 ? 'problem' : 'problems'}, the first in ${positionText(next.first.place)} (--json lists all).`,
    ];
  }
}
