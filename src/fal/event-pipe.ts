import type { FetchBody } from '../light-fetch.js';

/** A pipe from one writer to one reader, as a body: writes wait until they are read. */
export class EventPipe implements FetchBody {
  private readonly waiting: Uint8Array[] = [];
  private end: { error?: Error } | undefined;
  private wake: () => void = () => undefined;

  /** @param onLeave called when the reader hangs up */
  constructor(private readonly onLeave: () => void) {}

  write(text: string): void {
    this.waiting.push(new TextEncoder().encode(text));
    this.wake();
  }

  /** Ends it after the pending writes; with an error, the reader gets that instead of the end. */
  close(error?: Error): void {
    this.end ??= error === undefined ? {} : { error };
    this.wake();
  }

  getReader(): ReturnType<FetchBody['getReader']> {
    return {
      read: () => this.read(),
      cancel: () => {
        this.onLeave();
        return Promise.resolve();
      },
    };
  }

  private async read(): Promise<{
    done: boolean;
    value?: Uint8Array | undefined;
  }> {
    for (;;) {
      const value = this.waiting.shift();
      if (value !== undefined) return { done: false, value };
      if (this.end?.error !== undefined) throw this.end.error;
      if (this.end !== undefined) return { done: true };
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }
}
