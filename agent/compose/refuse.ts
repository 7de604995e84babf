import type { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { ServerPort } from '../ports/server.ts';
import type { TrustPort } from '../ports/trust.ts';

/** Stands in for the server and the signed metadata while something is wrong that a person has to put right. */
export function refuse(problem: InterlockError): TrustPort & ServerPort {
  const no = () => Promise.reject(problem);
  return { accept: no, checkIn: no, report: no };
}
