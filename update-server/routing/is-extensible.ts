import type { FastifyRequest } from 'fastify';
import { speaksExtensible, speaksHeader } from '../../protocol/api/speaks.ts';

/** Whether the caller ignores unknown fields of answers. */
export function isExtensible({ headers }: Pick<FastifyRequest, 'headers'>): boolean {
  return String(headers[speaksHeader] ?? '')
    .split(' ')
    .includes(speaksExtensible);
}
