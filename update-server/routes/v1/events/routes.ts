import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import type { Change } from '../../../../protocol/api/dashboard.ts';
import { InterlockError } from '../../../../protocol/errors/interlock-error.ts';
import { whoCalls } from '../../../auth/authenticate.ts';
import type { App } from '../../../routing/app.ts';
import type { DeskPorts } from '../../../routing/ports.ts';

const heartbeatMs = 15_000;
/** When a page that found no place may ask again. */
const retrySeconds = 60;
/** What a page that does not read may keep waiting; more, and it is sent away. */
const backlogBytes = 64 * 1024;

/** The line by which the page hears what to read again, as server-sent events; it ends with the session or token. */
export function liveRoutes(app: App, ports: DeskPorts): void {
  const text = Type.Unsafe<unknown>(Type.String({ description: 'text/event-stream of Change' }));
  app.get('/v1/events', { schema: { response: { 200: text } } }, async (request, reply) => {
    const end = () => void reply.raw.end();
    const send = sender(reply);
    const hear = (change: Change) => send(`data: ${JSON.stringify(change)}`);
    const leave = ports.live.listen(hear, end, request.operator);
    if (!leave) {
      reply.header('retry-after', retrySeconds);
      throw new InterlockError('overloaded');
    }
    const isStillKnown = () => whoCalls(ports, request).catch(() => undefined);
    const beat = setInterval(
      async () => ((await isStillKnown()) ? send(': still here') : end()),
      heartbeatMs,
    );
    reply.raw.on('close', () => {
      clearInterval(beat);
      leave();
    });
    open(reply);
    send(': welcome');
    return reply;
  });
  app.addHook('preClose', async () => ports.live.end());
}

function open(reply: FastifyReply): void {
  reply.hijack();
  reply.raw.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    // nginx would keep it back
    'x-accel-buffering': 'no',
  });
}

function sender({ raw }: FastifyReply): (line: string) => void {
  return (line) => {
    raw.write(`${line}\n\n`);
    if (raw.writableLength > backlogBytes) raw.destroy();
  };
}
