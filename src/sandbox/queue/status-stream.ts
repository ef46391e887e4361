import type { Job } from './job.js';
import { statusBody } from './status.js';
import type { World } from '../world.js';

/**
 * The status as server-sent events (fal-api.md 2.3): one at once, one on each change, log lines as
 * increments, a comment when it is quiet, closed after COMPLETED. The Accept header is ignored: the official proxy
 * drops it.
 */
export function statusStream(world: World, job: Job, wantsLogs: boolean): Response {
  const encoder = new TextEncoder();
  let stop = (): void => undefined;
  const body = new ReadableStream<Uint8Array>({
    start(out) {
      let sent = '';
      let lines = 0;
      const comment = setInterval(() => out.enqueue(encoder.encode(': ping\n\n')), world.keepAliveCommentMs);
      stop = () => {
        clearInterval(comment);
        job.watchers.delete(tell);
      };
      const tell = () => {
        const fresh = wantsLogs ? job.logs.slice(lines) : null;
        const now = `${job.state} ${world.jobs.position(job)}`;
        if (now === sent && (fresh === null || fresh.length === 0)) return;
        sent = now;
        lines = job.logs.length;
        out.enqueue(encoder.encode(`data: ${JSON.stringify(statusBody(world.jobs, job, fresh))}\n\n`));
        comment.refresh();
        if (job.state !== 'COMPLETED') return;
        stop();
        out.close();
      };
      job.watchers.add(tell);
      tell();
    },
    cancel() {
      stop();
    },
  });
  const headers = {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    'x-fal-request-id': job.id,
  };
  return new Response(body, { status: 200, headers });
}
