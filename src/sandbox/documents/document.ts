/** An endpoint that the sandbox serves as its OpenAPI document describes it. Plain data. */
export interface SandboxDocument {
  endpoint: string;
  /** OpenAPI document of the endpoint's queue as fal publishes it, or the error that fal has in its place. */
  openapi: unknown;
  /** The platform's metadata, such as `display_name`, `category` and `status`; what is missing is filled in. */
  metadata?: Readonly<Record<string, unknown>>;
  /** Without it the endpoint has no published price, and costs nothing. */
  price?: SandboxPrice;
}

export interface SandboxPrice {
  /** USD. */
  unitPrice: number;
  /** In fal's words: `images`, `megapixels`, `compute seconds` and so on. */
  unit: string;
  /** Usual cost of one call in USD, for estimates from history; without it there is no history. */
  callPrice?: number;
}

/** By endpoint id. */
export type Documents = ReadonlyMap<string, SandboxDocument>;
