/*
 * fal's status stream, made dependable.
 *
 * The client's own reader hangs on a silent connection, takes an early end for completion, breaks characters that are
 * split between chunks, and cannot be aborted (fal-api.md, section 7). So the client gets a stream that we make: fed by
 * fal's stream while that is alive, and by polling beside it, rarely while the stream is active and often while it is
 * not. It carries only whole events, and ends only after COMPLETED.
 */
import { createParser } from 'eventsource-parser';
import type { FetchBody, FetchResponse } from '../../light-fetch.js';
import { type LinkedSignal, linkSignals, withTimeLimit } from '../../deadline.js';
import {
  type Answer,
  asRecord,
  type LogLine,
  MAX_ANSWER_BYTES,
  parseStatus,
  type QueueStatus,
  readAnswer,
  TooLargeError,
} from '../answer.js';
import { backoffMs, type Timing } from '../repeat.js';
import { clientEventStream, type ClientResponse, EventPipe } from './client-response.js';
import { retryAfterMs } from '../trouble.js';
import { goneError, isGone } from '../unreachable.js';

export interface StatusStreamOptions {
  /** Opens fal's stream. */
  openStream: (signal: AbortSignal) => Promise<FetchResponse>;
  /** Asks for the status once, with logs. */
  poll: (signal: AbortSignal) => Promise<FetchResponse>;
  timing: Timing;
  /** Ends the stream, which then fails with the signal's reason. */
  signal: AbortSignal;
  requestId: string;
  /** Called with each status from fal, from either source. */
  onStatus?: (status: QueueStatus) => void;
  /** Called with each problem on the way: an answer or an error. */
  onTrouble?: (trouble: unknown) => void;
  /** Called with the reason when the stream failed, since the client replaces it with an error of its own. */
  onFailure?: (error: unknown) => void;
}

/** Between two polls while fal's stream is active: a safety net, four times rarer than the client's polling. */
const POLL_BESIDE_MS = 2_000;
/** Between two polls without a stream: the client's own interval. */
const POLL_ALONE_MS = 500;
/** The stream is silent if not even the comment arrives that fal sends every 15 s (fal-api.md 2.3). */
const SILENCE_MS = 20_000;
/** The longest event, in characters; the parser throws beyond it, and only polling continues. */
const MAX_EVENT_CHARS = 1024 * 1024;
/** Most log lines that are remembered and passed on: more than anybody reads. */
const MOST_LOG_LINES = 100_000;
/** Shortest time between two queue positions that are passed on. The next poll reports a skipped one. */
const SAME_STATE_MS = 200;
/** How long a stream may take to end after its last event. */
const END_MS = 1_000;
/** How many times in a row fal has to say that it has no such request: the edit is paid for, and a server may lag. */
const GONE_TRIES = 3;
/** Time limit of one poll. */
const POLL_ATTEMPT_MS = 15_000;

/**
 * Reason for aborting everything that belongs to a stream. Shared, since creating an error for each stream costs as
 * much as reading one.
 */
const OVER = new Error('The status stream is over.');

/** Answers the client's request for the status stream; it never ends before the request does. */
export function dependableStatusStream(options: StatusStreamOptions): ClientResponse {
  const pipe = new EventPipe(() => follower.stop());
  const follower = new Follower(options, pipe);
  void follower.follow();
  return clientEventStream(pipe);
}

class Follower {
  private readonly finished = new AbortController();
  private readonly linked: LinkedSignal;
  private readonly signal: AbortSignal;
  private readonly seenLogs = new Set<string>();
  /** The last status that was passed on, and when. */
  private last: (QueueStatus & { at: number }) | undefined;
  private streaming = true;
  /** How many times in a row fal said that it has no such request. */
  private timesGone = 0;
  /** Milliseconds that fal asked to wait before the next poll. */
  private retryAfterMs = 0;
  /** Wakes the poller when the stream is lost. */
  private readonly streamLost = new AbortController();

  constructor(
    private readonly options: StatusStreamOptions,
    private readonly pipe: EventPipe,
  ) {
    this.linked = linkSignals(options.signal, this.finished.signal);
    this.signal = this.linked.signal;
  }

  /** Runs both sources until one of them reports the end. Never rejects: a failure goes into the stream. */
  async follow(): Promise<void> {
    const { signal } = this.options;
    try {
      await Promise.race([Promise.all([this.readStream(), this.pollBeside()]), rejectOnAbort(signal)]);
      this.pipe.close();
    } catch (error) {
      this.options.onFailure?.(error);
      this.pipe.close((signal.aborted ? signal.reason : error) as Error);
    } finally {
      this.finished.abort(OVER);
      this.linked.release();
    }
  }

  /** The reader left. */
  stop(): void {
    this.finished.abort(OVER);
  }

  /** Reads events until the stream ends, fails or falls silent. */
  private async readStream(): Promise<void> {
    const link = linkSignals(this.signal);
    try {
      const response = await this.options.openStream(link.signal);
      const isStream = (response.headers.get('content-type') ?? '').startsWith('text/event-stream');
      if (!response.ok || !isStream || response.body === null) {
        this.options.onTrouble?.(await readAnswer(response));
        return;
      }
      // From here on the reader hangs up, unless the stream ends by itself.
      link.release();
      await this.readEvents(response.body);
    } catch (error) {
      if (!this.signal.aborted) this.options.onTrouble?.(error);
    } finally {
      link.release();
      this.streaming = false;
      this.streamLost.abort(OVER);
    }
  }

  /** Reads chunk by chunk: a chain of web streams would do the same at ten times the start-up cost. */
  private async readEvents(body: FetchBody): Promise<void> {
    const events: string[] = [];
    let length = 0;
    const parser = createParser({
      maxBufferSize: MAX_EVENT_CHARS,
      onEvent: ({ data }) => void events.push(data),
    });
    const decoder = new TextDecoder();
    const reader = body.getReader();
    let isThrough = false;
    try {
      isThrough = await withTimeLimit(SILENCE_MS, this.signal, async (limited, startAnew) => {
        const cut = rejectOnAbort(limited);
        for (;;) {
          const chunk = await Promise.race([reader.read(), cut]);
          if (chunk.done) return false;
          // Comments count too: they show that the connection is alive.
          startAnew();
          length += chunk.value?.byteLength ?? 0;
          if (length > MAX_ANSWER_BYTES) throw new TooLargeError(MAX_ANSWER_BYTES);
          parser.feed(decoder.decode(chunk.value, { stream: true }));
          for (const event of events.splice(0)) if (this.report(safeJson(event))) return true;
        }
      });
    } finally {
      // Do not wait for a silent stream.
      if (isThrough) void letEnd(reader);
      else reader.cancel().catch(() => undefined);
    }
  }

  private async pollBeside(): Promise<void> {
    for (let failures = 0; ;) {
      await this.pauseBeforePoll(failures);
      if (this.signal.aborted) return;
      const answer = await this.pollOnce();
      if (answer === undefined) failures++;
      else failures = 0;
      if (answer !== undefined && this.report(answer.json)) return;
    }
  }

  private async pauseBeforePoll(failures: number): Promise<void> {
    const { timing } = this.options;
    const pause = this.streaming ? POLL_BESIDE_MS : POLL_ALONE_MS;
    const wait = Math.max(failures === 0 ? 0 : backoffMs(failures, timing.random), pause, this.retryAfterMs);
    const wake = linkSignals(this.signal, ...(this.streaming ? [this.streamLost.signal] : []));
    try {
      await timing.sleep(wait, wake.signal);
    } catch {
      // Woken: the stream was lost, or all is over.
    } finally {
      wake.release();
    }
  }

  /** A usable status answer, or undefined: 401, 403, 429 and 5xx say nothing about the request (fal-api.md 2.2). */
  private async pollOnce(): Promise<Answer | undefined> {
    let answer: Answer;
    try {
      answer = await withTimeLimit(POLL_ATTEMPT_MS, this.signal, async (limited) =>
        readAnswer(await this.options.poll(limited)),
      );
    } catch (error) {
      if (!this.signal.aborted) this.options.onTrouble?.(error);
      return undefined;
    }
    if (isGone(answer) && ++this.timesGone >= GONE_TRIES) {
      throw goneError(this.options.requestId, answer.status);
    }
    if (!isGone(answer)) this.timesGone = 0;
    this.retryAfterMs = retryAfterMs(answer.headers, this.options.timing.now()) ?? 0;
    if (parseStatus(answer.json) !== undefined) return answer;
    this.options.onTrouble?.(answer);
    return undefined;
  }

  /** Passes on a status that is news; returns true for the last one. */
  private report(json: unknown): boolean {
    const status = parseStatus(json);
    if (status === undefined || this.finished.signal.aborted) return this.finished.signal.aborted;
    this.options.onStatus?.(status);
    const logs = this.newLines(status.logs);
    if (logs.length > 0 || this.isNews(status)) {
      this.last = { ...status, at: this.options.timing.now() };
      const event = { ...asRecord(json), logs };
      this.pipe.write(`data: ${JSON.stringify(event)}\n\n`);
    }
    if (status.status !== 'COMPLETED') return false;
    this.finished.abort(OVER);
    return true;
  }

  /** A queue position may change many times a second: unreadable for a person, and costly in a batch. */
  private isNews({ status, queuePosition }: QueueStatus): boolean {
    if (status !== this.last?.status) return true;
    return (
      queuePosition !== this.last.queuePosition && this.options.timing.now() >= this.last.at + SAME_STATE_MS
    );
  }

  /** Polled logs are a moving window and streamed ones are increments: both become increments here. */
  private newLines(lines: LogLine[]): LogLine[] {
    return lines.filter(({ timestamp, message }) => {
      const key = `${timestamp}\0${message}`;
      if (this.seenLogs.has(key) || this.seenLogs.size >= MOST_LOG_LINES) return false;
      this.seenLogs.add(key);
      return true;
    });
  }
}

/**
 * fal closes the stream after COMPLETED (fal-api.md 2.3). A connection that ends in order is reused; one that does not
 * end soon is closed.
 */
async function letEnd(reader: ReturnType<FetchBody['getReader']>): Promise<void> {
  const timer = setTimeout(() => void reader.cancel(), END_MS);
  try {
    while (!(await reader.read()).done);
  } catch {
    // It is no longer needed.
  } finally {
    clearTimeout(timer);
  }
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Rejects with the signal's reason; pends for ever without a signal, since there is nothing to listen to. */
function rejectOnAbort(signal: AbortSignal): Promise<never> {
  const rejected = new Promise<never>((_, reject) => {
    const fail = (): void => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true });
  });
  rejected.catch(() => undefined);
  return rejected;
}
