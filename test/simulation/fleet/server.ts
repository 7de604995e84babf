import type { Target } from '../../../agent/ports/trust.ts';
import type { CheckIn, CheckInAnswer } from '../../../protocol/api/check-in.ts';
import type { Release } from '../../../protocol/documents/release.ts';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import type { Schedule } from './schedule.ts';

const hour = 3_600_000;

/** An update server that offers one version to everybody, when it can be reached. */
export class SimServer {
  version: string;
  /** How long a grant lasts, in milliseconds. */
  grantMs = hour;
  #awayUntil = 0;
  readonly #schedule: Schedule;

  constructor(schedule: Schedule, version: string) {
    this.#schedule = schedule;
    this.version = version;
  }

  goAway(ms: number): void {
    this.#awayUntil = Math.max(this.#awayUntil, this.#schedule.now + ms);
  }

  requireThere(): void {
    if (this.#schedule.now < this.#awayUntil) {
      throw new InterlockError('unreachable', { url: 'server', problem: 'away' });
    }
  }

  checkIn(body: Pick<CheckIn, 'version' | 'failed'>): CheckInAnswer {
    this.requireThere();
    const { version } = this;
    const pollSeconds = 1800;
    if (body.version === version) return { decision: { none: 'up_to_date' }, pollSeconds };
    if (body.failed.includes(version)) return { decision: { none: 'failed_here' }, pollSeconds };
    const expires = new Date(this.#schedule.date().getTime() + this.grantMs).toISOString();
    const offer = { grant: 'grant-0001', version, release: rootHashOf(version), expires };
    return { decision: { offer }, pollSeconds };
  }
}

/** Root hash of a version named by one digit. */
export function rootHashOf(version: string): string {
  return version.repeat(64).slice(0, 64);
}

/** What signed metadata says of a version. */
export function targetOf(version: string, grant: string | null): Target {
  const hash = rootHashOf(version);
  return { version, rootHash: hash, releaseSha256: hash, release: {} as Release, grant };
}
