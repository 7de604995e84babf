import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import type { Change } from '../../../../protocol/api/dashboard.ts';
import { InterlockError } from '../../../../protocol/errors/interlock-error.ts';
import { authenticate, type TokenSource } from '../../../auth/authenticate.ts';
import type { Live } from '../../../live/live.ts';
import { readers } from '../../../routing/access.ts';
import { route } from '../../../routing/route.ts';

const heartbeatMs = 15_000;
/** When a page that found no free connection may ask again. */
const retrySeconds = 60;
/** More than this waiting for a page that does not read, and the page is disconnected. */
const backlogBytes = 64 * 1024;

const text = Type.Unsafe<unknown>(Type.String({ description: 'text/event-stream of Change' }));

const streamEvents = route({
  method: 'GET',
  url: '/v1/events',
  access: readers,
  summary: 'A stream of changes, as server-sent events',
  schema: { response: { 200: text } },
  handler: (needs: TokenSource & { live: Live }) => async (request, reply) => {
    const end = () => void reply.raw.end();
    const send = sender(reply);
    const onChange = (change: Change) => send(`data: ${JSON.stringify(change)}`);
    const stopListening = needs.live.listen(onChange, end, request.operator);
    if (!stopListening) {
      reply.header('retry-after', retrySeconds);
      throw new InterlockError('overloaded');
    }
    const beat = setInterval(async () => {
      try {
        if (await authenticate(needs, request)) send(': still here');
        else end();
      } catch (error) {
        request.log.warn(error);
        end();
      }
    }, heartbeatMs);
    reply.raw.on('close', () => {
      clearInterval(beat);
      stopListening();
    });
    open(reply);
    send(': welcome');
    return reply;
  },
});

/** Sends the dashboard what to read again, as server-sent events; the stream ends with the session or token. */
export const eventRoutes = [streamEvents];

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
