import { expect, test } from 'vitest';
import { CostTotal } from '../../src/batch/run/cost-total.js';
import type { CostGrade } from '../../src/ledger/job.js';
import {
  costText,
  sandboxCostText,
  sandboxTotalText,
  sumText,
  totalText,
} from '../../src/terminal/cost-text.js';

test.each<[number | null, CostGrade | null, string | null, string]>([
  [0.075, 'calculated', null, 'about $0.075, calculated'],
  [0.05, 'history', 'billed by the credit', "about $0.05, from fal's history"],
  [0.1, 'assumed', 'billed by the credit', 'about $0.10, assumed'],
  [0.05, 'measured', 'billed by the credit', 'about $0.05, as measured in this batch'],
  [null, 'unknown', 'billed by the credit', 'cost unknown: billed by the credit'],
  [null, null, null, 'cost unknown'],
])('%j %j: %s', (estimatedUsd, grade, unknown, words) => {
  expect(costText({ estimatedUsd, grade, unknown })).toBe(words);
  expect(sandboxCostText({ estimatedUsd, grade, unknown })).toBe(
    `sandbox: nothing is charged${estimatedUsd === null ? '' : `, would be ${words}`}`,
  );
});

test.each<[[CostGrade, number, number][], string, string, string]>([
  [[], '$0.00', 'about $0.00', 'sandbox: nothing is charged'],
  [
    [['calculated', 2, 1.2]],
    '$1.20, calculated',
    'about $1.20, calculated',
    'sandbox: nothing is charged (would be about $1.20, calculated)',
  ],
  [
    [
      ['assumed', 1, 0.5],
      ['calculated', 2, 1],
      ['calculated', 1, 0.2],
    ],
    '$1.70 ($1.20 calculated, $0.50 assumed)',
    'about $1.70 ($1.20 calculated, $0.50 assumed)',
    'sandbox: nothing is charged (would be about $1.70 ($1.20 calculated, $0.50 assumed))',
  ],
  [
    [
      ['history', 1, 0.5],
      ['unknown', 1, 0],
    ],
    "$0.50, from fal's history, and an unknown cost for 1 edit",
    "about $0.50, from fal's history, and an unknown cost for 1 edit",
    "sandbox: nothing is charged (would be about $0.50, from fal's history, and an unknown cost for 1 edit)",
  ],
  [[['unknown', 5, 0]], 'unknown', 'cost unknown', 'sandbox: nothing is charged'],
])('the total of %j', (parts, sum, total, onSandbox) => {
  const cost = new CostTotal();
  for (const [grade, edits, usd] of parts) cost.add(grade, edits, usd);
  expect([sumText(cost), totalText(cost), sandboxTotalText(cost)]).toEqual([sum, total, onSandbox]);
});
