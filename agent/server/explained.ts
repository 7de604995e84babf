import { asInterlockError } from '../../protocol/errors/interlock-error.ts';
import type { ServerPort } from '../ports/server.ts';
import { explainFailure } from './explain-failure.ts';
import { lookAround } from './look-around.ts';

/** The same server, whose failed check-ins say what is wrong and can be put right: a host that stays away explains itself. */
export function explained(port: ServerPort, server: string, look = lookAround): ServerPort {
  return {
    ...port,
    async checkIn(body) {
      try {
        return await port.checkIn(body);
      } catch (error) {
        const failure = asInterlockError(error);
        throw explainFailure(failure, server, await look(failure, server));
      }
    },
  };
}
