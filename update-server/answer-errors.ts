import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { asInterlockError, InterlockError } from '../protocol/errors.ts';

/** Answers any failure as `{kind, value, details}` with the status of the error table. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const failure = classify(error as FastifyError);
  if (failure.row.http >= 500) request.log.error(error);
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
  if (error.code === 'ENOSPC' || error.code === 'SQLITE_FULL') {
    return new InterlockError('server_unready', { problem: 'no space left on the disk' }, { cause: error });
  }
  const status = error.statusCode ?? 500;
  if (status >= 400 && status < 500) {
    const what = error.validationContext ?? 'request';
    return new InterlockError('bad_input', { what, problem: error.message }, { cause: error });
  }
  return asInterlockError(error);
}
