import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { asInterlockError, InterlockError } from '../../protocol/errors/interlock-error.ts';

const cutShort = ['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE', 'ABORT_ERR'];

/** The parts of a request as people call them. */
const placeOf: Readonly<Record<string, string>> = {
  querystring: 'query',
  params: 'path',
  headers: 'headers',
};

/** Answers any failure as `{kind, value, details}` with the status of the error table. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const failure = classify(error as FastifyError);
  if (failure.code === 'internal' || failure.cause) request.log.error(error);
  void reply
    .code(failure.row.http)
    .header('cache-control', 'no-cache')
    .removeHeader('etag')
    .type('application/json')
    .send({ kind: failure.code, value: failure.message, details: failure.details });
}

/** Answers a path that no route has. */
export function answerNotFound(request: FastifyRequest, reply: FastifyReply): void {
  const path = request.url.split('?')[0] ?? '';
  answerError(new InterlockError('not_found', { what: `${request.method} ${path}` }), request, reply);
}

function classify(error: FastifyError): InterlockError {
  if (error instanceof InterlockError) return error;
  if (error.code && cutShort.includes(error.code)) {
    return new InterlockError('bad_input', { what: 'request', problem: 'the connection ended early' });
  }
  const status = error.statusCode ?? 500;
  if (status >= 400 && status < 500) {
    const what = placeOf[error.validationContext ?? ''] ?? 'request';
    return new InterlockError('bad_input', { what, problem: error.message });
  }
  return asInterlockError(error);
}
