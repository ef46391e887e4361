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

/** Tries where a success is not JSON: waiting longer does not help. */
const GARBAGE_TRIES = 4;
/** Tries of requests that prepare an edit: uploads, prices. */
const UPLOAD_TRIES = 4;
/** Tries to get a failed model's own answer, where a gateway answers instead. */
const FAILURE_TRIES = 4;
/** How often fal has to say that it has no such result: another server may know better. */
const GONE_TRIES = 3;
/** How long to wait for fal's history between two tries to get a result, in milliseconds. */
const HISTORY_MS = 5_000;
/** Tries to get a status that the user asked for. */
const STATUS_TRIES = 4;
/** Tries to cancel: the user waits for the program to end. */
const CANCEL_TRIES = 3;

/** The options that the client passes to fetch, as far as they matter: its signal is ours already. */
export type ClientRequestInit = Pick<FetchInit, 'method' | 'headers' | 'body'>;

/**
 * The one `fetch` that the client gets. It knows what each request is for, and treats it accordingly: a submit
 * is sent once, what is free is repeated, the status stream is made dependable, and an error is turned into ours
 * before the client can repeat or mangle it.
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

  /** A redirect is never followed: of a submit it would make a second POST. */
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

  /** Asks for the status once. Only 404 and 410 say something of the request itself (fal-api.md 2.2). */
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
   * fal passes the model's own code on here, and a gateway before fal has the same ones: a 5xx is the model's failure
   * only where fal says so elsewhere (fal-api.md 2.2, 2.9, 4.2). Else the edit may be done and paid for, and its result
   * is asked for as long as there is time.
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
        // The second, fourth, eighth time and so on: a fault that lasts costs fal's platform few questions.
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

  /** The request's entry in fal's history so far; the wait is short, since the result may come meanwhile. */
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

  /** Tried again here, since the pauses between the client's own tries cannot be cut short. */
  private async cancel(bare: FalRequest): Promise<ClientResponse> {
    const { connection, context, signal } = this.options;
    // fal's own proxy reads a body from every PUT, and fails with 500 where there is none.
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

  /** Preparation costs nothing and may be repeated, POST or not. */
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

/** fal's own servers name the request; an ingress before them does not (fal-api.md 6.4). */
function isFromFal({ headers }: Answer): boolean {
  return headers.get('x-fal-request-id') !== null;
}

/** The stream said COMPLETED, another server has not heard of it yet (fal-api.md 2.4). */
function isStillRunning(answer: Answer): boolean {
  return answer.status === 400 && /still in progress/i.test(answer.text);
}

function idOf(json: unknown): string | undefined {
  const id = asRecord(json)?.['request_id'];
  return isRequestId(id) ? id : undefined;
}
