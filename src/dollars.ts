/** Dollars for people, with as many digits as a price of a picture needs: `$0.075`, `$1.20`. */
export function usdText(usd: number): string {
  const digits = Number.isInteger(Math.round(usd * 1e6) / 1e4) ? 2 : Math.abs(usd) < 0.001 ? 6 : 3;
  return `$${usd.toFixed(digits)}`;
}

/** What fal billed, or would have. */
export function billedText(usd: number, sandbox: boolean): string {
  return sandbox ? `sandbox: nothing charged (would be ${usdText(usd)})` : `${usdText(usd)} billed`;
}
