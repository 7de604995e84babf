import { asInterlockError, InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { LockPort, Standing } from '../ports/lock.ts';
import type { Ports } from '../ports/ports.ts';
import type { ServerPort } from '../ports/server.ts';
import type { TrustPort } from '../ports/trust.ts';
import type { EventBody, Found } from '../state-machine/event.ts';
import { mayStand, withStanding } from '../state-machine/lost.ts';
import type { PerformContext } from './context.ts';
import { checkInOf } from './describe-host.ts';

/** Checks in and turns an offer into a target by signed metadata. */
export async function look(ports: Ports, context: PerformContext): Promise<EventBody> {
  const { pollSeconds, memory } = context;
  const standing = mayStand(memory) ? await standingIn(ports.lock) : undefined;
  const looked = { kind: 'looked' as const, ...(standing === undefined ? {} : { standing }) };
  if (!ports.server || !ports.trust) {
    return { ...looked, found: { none: 'no_server', problem: 'no server is configured' }, pollSeconds };
  }
  const known = standing === undefined ? memory : withStanding(memory, standing);
  const answer = await ports.server
    .checkIn(checkInOf({ ...context, memory: known }, ports.wrong))
    .catch(asInterlockError);
  if (answer instanceof InterlockError) {
    const { code, message } = answer;
    return { ...looked, found: { code, problem: message, isServer: true }, pollSeconds };
  }
  const heard = { ...looked, ...(answer.approved === false && { unapproved: true as const }) };
  try {
    const found = await foundBy(answer.decision, ports.trust, context);
    const isAway = 'none' in found && found.none === 'busy';
    const pause = isAway ? answer.pollSeconds : Math.min(answer.pollSeconds, pollSeconds);
    return { ...heard, found, pollSeconds: pause };
  } catch (error) {
    const { code, message } = asInterlockError(error);
    return { ...heard, found: { code, problem: message }, pollSeconds };
  }
}

async function foundBy(
  decision: Awaited<ReturnType<ServerPort['checkIn']>>['decision'],
  trust: TrustPort,
  { running }: PerformContext,
): Promise<Found> {
  if ('none' in decision) return { none: decision.none, problem: '' };
  const { version, grant, release, expires } = decision.offer;
  const target = await trust.accept({ version, grant }, running, 'server');
  if (target.releaseSha256 !== release) {
    throw new InterlockError('offer_refused', { version, problem: 'the server names another release.json' });
  }
  return { target, expires };
}

/** What the lock shows under this host's id; undefined when it cannot be asked, which must not stop the check-in. */
async function standingIn(lock: LockPort): Promise<Standing | null | undefined> {
  try {
    return await lock.standing(lock.place());
  } catch {
    // unknown is not none: what was seen last stays, and the next look asks again
    return undefined;
  }
}
