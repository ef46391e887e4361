import type { CliOptions } from '../../support/run-cli.js';

/** One way to get it wrong, and what has to be said about it. */
export interface Case {
  name: string;
  argv: string[];
  files?: Record<string, string | Uint8Array>;
  /** What text cannot hold: folders, pipes, large files. */
  setup?: (folder: string) => unknown;
  /** Added to a working key and proxy; undefined takes a variable away. */
  env?: Record<string, string | undefined>;
  stdin?: CliOptions['stdin'];
  tty?: boolean;
  /** 2 unless given. */
  code?: number;
  /** "usage" unless given. */
  kind?: string;
  /** What the message must hold: the flag, variable or file, and what is allowed. */
  says: (string | RegExp)[];
  /** The same for the run with `--json`, where the flag itself changes what is wrong. */
  saysWithJson?: (string | RegExp)[];
}

/** A complete edit on the default model, with what the case adds. `photo.png` is always there. */
export const edit = (...more: string[]): string[] => ['photo.png', '-p', 'snow', ...more];

/** The same on the other model. */
export const edit2 = (...more: string[]): string[] => [...edit('-m', 'flux-2-lora'), ...more];
