/** Dollars for people, with as many digits as a price of a picture needs: `$0.075`, `$1.20`. */
export function usdText(usd: number): string {
  const digits = Number.isInteger(Math.round(usd * 1e6) / 1e4) ? 2 : Math.abs(usd) < 0.001 ? 6 : 3;
  return `$${usd.toFixed(digits)}`;
}

/**
 * fal's bill in words, or the one that the sandbox would have made.
 *
 * @param outstandingUsd estimates for accepted edits without a known price
 */
export function billedText(usd: number, sandbox: boolean, outstandingUsd = 0): string {
  if (!sandbox && usd === 0 && outstandingUsd > 0) {
    return `billed: not known yet (estimated ${usdText(outstandingUsd)})`;
  }
  if (!sandbox && outstandingUsd > 0) {
    return `at least ${usdText(usd)} billed, about ${usdText(outstandingUsd)} not billed yet`;
  }
  return sandbox ? `sandbox: nothing charged (would be ${usdText(usd)})` : `${usdText(usd)} billed`;
}
