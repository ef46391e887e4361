import { FalAnswerError } from '../../errors/failures.js';
import { FalEditError } from '../../errors/error.js';
import type { FetchInit, FetchResponse } from '../../light-fetch.js';
import { type Answer, asRecord, billableUnitsOf, isHtml, parseStatus, type QueueStatus } from '../answer.js';
import { clientResponse, type ClientResponse } from './client-response.js';
import { isTrustedUrl, noteDate } from '../connection.js';
import { rejectionError, type Stage } from '../rejection.js';
import { withTimeLimit } from '../../deadline.js';
import { isGatewayTrouble, repeat } from '../repeat.js';
import { isRequestId, retarget, roleOf, targetOf, type FalRequest } from './routes.js';
import type { Exchange, SessionOptions } from './exchange.js';
import { answerInHistory } from '../platform/history.js';
import { dependableStatusStream } from './status-stream.js';
import { goneError, isGone, notReachedError } from '../unreachable.js';
import { notSentError } from './submit-once.js';
import { describeTrouble } from '../trouble.js';

/** Attempts where a success is not JSON: waiting longer does not help. */
const GARBAGE_TRIES = 4;
/** Attempts for requests that prepare an edit: uploads, prices. */
const UPLOAD_TRIES = 4;
/** Attempts to get a failed model's own answer where a gateway answers instead. */
const FAILURE_TRIES = 4;
/** How often fal has to say that it has no such result: another server may have it. */
const GONE_TRIES = 3;
/** How long to wait for fal's history between two attempts to get a result, in milliseconds. */
const HISTORY_MS = 5_000;
/** Attempts to get a status that the user asked for. */
const STATUS_TRIES = 4;
/** Attempts to cancel: the user is waiting for the program to end. */
const CANCEL_TRIES = 3;

/** The options that the client passes to fetch, without its signal, which we already have. */
export type ClientRequestInit = Pick<FetchInit, 'method' | 'headers' | 'body'>;

/**
 * The only `fetch` that the client gets. It treats each request by its purpose: a submit is sent once, free requests
 * are repeated, the status stream is made dependable, and errors become ours before the client sees them.
 */
export class GuardedFetch {
  constructor(
    private readonly options: SessionOptions,
    private readonly exchange: Exchange,
  ) {}

  async fetch(url: string, init: ClientRequestInit = {}): Promise<ClientResponse> {
    const named = Object.entries(init.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]);
    const request: FalRequest = {
      url,
      method: (init.method ?? 'GET').toUpperCase(),
      headers: Object.fromEntries(named) as Record<string, string>,
      body: init.body,
    };
    const role = roleOf(request);
    this.options.trace?.(`${request.method} ${targetOf(request).href}`);
    switch (role) {
      case 'submit':
        return this.submit(request);
      case 'stream':
        return this.stream(request);
      case 'status':
        return this.status(request);
      case 'result':
        return this.result(request);
      case 'cancel':
        return this.cancel(request);
      case 'upload':
      case 'platform':
        return this.upload(request);
    }
  }

  /** Never follows a redirect: for a submit that would be a second POST. */
  private async send(request: FalRequest, signal: AbortSignal): Promise<FetchResponse> {
    const { url, method, headers, body } = request;
    const { connection, context } = this.options;
    const response = await context.fetch(url, {
      method,
      headers,
      signal,
      redirect: 'manual',
      ...(body === undefined ? {} : { body }),
    });
    noteDate(connection, response, context);
    return response;
  }

  private async submit(request: FalRequest): Promise<ClientResponse> {
    const { submit } = this.exchange;
    const answer = await submit.send((signal) => this.send(request, signal));
    this.exchange.requestId = idOf(answer.json);
    return clientResponse(answer);
  }

  private stream(request: FalRequest): ClientResponse {
    const { context, signal } = this.options;
    const statusUrl = targetOf(request);
    statusUrl.pathname = statusUrl.pathname.replace(/\/stream$/, '');
    const bare = retarget(request, statusUrl);
    const poll = {
      ...bare,
      headers: { ...bare.headers, accept: 'application/json' },
    };
    return dependableStatusStream({
      openStream: (stop) => this.send(request, stop),
      poll: (stop) => this.send(poll, stop),
      timing: context,
      signal,
      requestId: this.exchange.requestId ?? '',
      onStatus: (status) => this.noteStatus(status),
      onTrouble: (trouble) => this.noteTrouble(trouble),
      onFailure: (error) => (this.exchange.waitFailure = error),
    });
  }

  /** Asks for the status once. Only 404 and 410 say something about the request itself (fal-api.md 2.2). */
  private async status(request: FalRequest): Promise<ClientResponse> {
    const { context, signal } = this.options;
    let answer: Answer;
    try {
      answer = await repeat((stop) => this.send(request, stop), {
        timing: context,
        signal,
        tries: STATUS_TRIES,
        isTrouble: (candidate) => !isGone(candidate) && parseStatus(candidate.json) === undefined,
        onTrouble: (trouble) => this.noteTrouble(trouble),
      });
    } catch (error) {
      signal.throwIfAborted();
      throw notReachedError(error);
    }
    if (isGone(answer)) throw goneError(this.exchange.requestId ?? '', answer.status);
    const status = parseStatus(answer.json);
    if (status === undefined) throw this.rejection(answer, 'status');
    this.noteStatus(status);
    return clientResponse(answer);
  }

  /**
   * fal passes on the model's own status code here, and a gateway before fal uses the same codes: a 5xx is the model's
   * failure only if fal confirms it elsewhere (fal-api.md 2.2, 2.9, 4.2). Otherwise the edit may be done and paid for,
   * and we keep asking for its result until time runs out.
   */
  private async result(request: FalRequest): Promise<ClientResponse> {
    const { context, signal } = this.options;
    let garbage = 0;
    let gone = 0;
    let failures = 0;
    let remembered: Answer | undefined;
    const begin = async (stop: AbortSignal): Promise<FetchResponse> => {
      const response = await this.send(request, stop);
      if (response.ok) this.exchange.resultBegan = true;
      return response;
    };
    const last = await repeat(begin, {
      timing: context,
      signal,
      isTrouble: async (candidate) => {
        if (isStillRunning(candidate)) return true;
        if (isGone(candidate)) return ++gone < GONE_TRIES;
        if (candidate.tooLarge && candidate.status < 300) return false;
        if (candidate.status < 300 && candidate.json === undefined) return ++garbage < GARBAGE_TRIES;
        if (candidate.status < 500) return isGatewayTrouble(candidate);
        if (billableUnitsOf(candidate) === 0) return false;
        failures++;
        if (this.exchange.ended === 'failed') return failures < FAILURE_TRIES && !isFromFal(candidate);
        // The second, fourth, eighth time and so on, so that a lasting fault causes few requests to fal's platform.
        if (failures < 2 || !Number.isInteger(Math.log2(failures))) return true;
        remembered = await this.inHistory();
        return remembered === undefined;
      },
      onTrouble: (trouble) => this.noteTrouble(trouble),
    });
    const answer = remembered ?? last;
    if (remembered !== undefined && remembered.status >= 500) this.exchange.ended = 'failed';
    this.exchange.billableUnits = billableUnitsOf(answer);
    if (answer.status >= 300) throw this.rejection(answer, 'result');
    this.exchange.hasResult = true;
    if (answer.json === undefined) throw this.garbage(answer);
    return clientResponse(answer);
  }

  /** The request's entry in fal's history so far. Waits only briefly, since the result may arrive meanwhile. */
  private async inHistory(): Promise<Answer | undefined> {
    const { connection, context, signal, endpoint, trace } = this.options;
    const { requestId } = this.exchange;
    if (requestId === undefined) return undefined;
    try {
      return await withTimeLimit(HISTORY_MS, signal, (limited) =>
        answerInHistory({ endpoint, requestId }, { connection, context, signal: limited, trace }),
      );
    } catch {
      signal.throwIfAborted();
      return undefined;
    }
  }

  /** Repeated here, since the pauses between the client's own attempts cannot be cut short. */
  private async cancel(bare: FalRequest): Promise<ClientResponse> {
    const { connection, context, signal } = this.options;
    // fal's own proxy reads a body from every PUT, and fails with 500 if there is none.
    const request = connection.proxyUrl === undefined ? bare : { ...bare, body: bare.body ?? '{}' };
    const isTrouble = ({ status }: Answer): boolean => status === 429 || status >= 500;
    let answer: Answer;
    try {
      answer = await repeat((stop) => this.send(request, stop), {
        timing: context,
        signal,
        tries: CANCEL_TRIES,
        isTrouble,
      });
    } catch (error) {
      signal.throwIfAborted();
      throw notReachedError(error);
    }
    if (isTrouble(answer) || isHtml(answer)) throw new FalEditError('temporary', describeTrouble(answer));
    const status = asRecord(answer.json)?.['status'];
    this.exchange.cancelAnswer = typeof status === 'string' ? status : undefined;
    return clientResponse(answer);
  }

  private async upload(request: FalRequest): Promise<ClientResponse> {
    try {
      return await this.tryUpload(request);
    } catch (error) {
      this.exchange.uploadFailure ??= error;
      throw error;
    }
  }

  /** Preparation is free and may be repeated, even a POST. */
  private async tryUpload(request: FalRequest): Promise<ClientResponse> {
    const { connection, context, signal } = this.options;
    const { proxyUrl } = connection;
    if (request.url !== proxyUrl && !isTrustedUrl(request.url, connection)) {
      throw new FalEditError(
        'temporary',
        'fal gave an upload address that is not https; nothing was sent there.',
      );
    }
    let answer: Answer;
    try {
      answer = await repeat((stop) => this.send(request, stop), {
        timing: context,
        signal,
        tries: UPLOAD_TRIES,
        attemptMs: 300_000,
        isTrouble: ({ status }) => status === 429 || status >= 500,
        onTrouble: (trouble) => this.noteTrouble(trouble),
      });
    } catch (error) {
      signal.throwIfAborted();
      throw notSentError(error);
    }
    if (answer.status >= 300) throw this.rejection(answer, 'upload');
    const promises = targetOf(request).pathname.includes('/initiate');
    if (promises && !URL.canParse(String(asRecord(answer.json)?.['upload_url']))) throw noUploadAddress();
    return clientResponse(answer);
  }

  private rejection(answer: Answer, stage: Stage): FalEditError {
    return rejectionError(answer, {
      stage,
      nameField: this.options.nameField,
      requestId: this.exchange.requestId,
      modelFailed: this.exchange.ended === 'failed',
    });
  }

  private noteStatus({ status, failed }: QueueStatus): void {
    if (status === 'COMPLETED') this.exchange.ended ??= failed ? 'failed' : 'completed';
  }

  private garbage(answer: Answer): FalEditError {
    const { requestId } = this.exchange;
    const message = `The edit is done, but its result cannot be read: ${describeTrouble(answer)}.`;
    return new FalAnswerError('temporary', message, answer.status, undefined, [], {
      charged: 'yes',
      ...(answer.tooLarge ? { hint: TOO_LARGE_HINT } : {}),
      details: { request_id: requestId },
    });
  }

  private noteTrouble(trouble: unknown): void {
    this.exchange.lastTrouble = describeTrouble(trouble);
    this.options.trace?.(`trouble: ${this.exchange.lastTrouble}`);
  }
}

const TOO_LARGE_HINT =
  'The answer must contain addresses of pictures, not pictures: sync_mode must be off. The pictures may be in the request history at https://fal.ai/dashboard.';

function noUploadAddress(): FalEditError {
  return new FalEditError('temporary', "fal's storage gave no address for the upload. Nothing was charged.", {
    hint: 'Run it again.',
  });
}

/** fal's own servers name the request; an ingress in front of them does not (fal-api.md 6.4). */
function isFromFal({ headers }: Answer): boolean {
  return headers.get('x-fal-request-id') !== null;
}

/** The stream said COMPLETED, but another server does not know it yet (fal-api.md 2.4). */
function isStillRunning(answer: Answer): boolean {
  return answer.status === 400 && /still in progress/i.test(answer.text);
}

function idOf(json: unknown): string | undefined {
  const id = asRecord(json)?.['request_id'];
  return isRequestId(id) ? id : undefined;
}
