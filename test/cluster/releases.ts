import { createHash } from 'node:crypto';
import type { Target } from '../../agent/ports/trust.ts';
import type { CheckIn, CheckInAnswer } from '../../protocol/api/check-in.ts';
import type { Release } from '../../protocol/documents/release.ts';
import type { Random } from '../simulation/fleet/random.ts';

/** What a version does on a host. */
export type Fate = 'good' | 'sick' | 'dead';

/** An update server's offers: one version after another, some of them bad on some hosts, and the last one good. */
export class Releases {
  number = 1;
  #isLast = false;
  readonly #random: Random;
  readonly #fates = new Map<string, Fate>();

  constructor(random: Random) {
    this.#random = random;
  }

  get version(): string {
    return String(this.number);
  }

  next(): void {
    if (!this.#isLast) this.number++;
  }

  /** One more version, good everywhere, and no other after it. */
  last(): void {
    this.next();
    this.#isLast = true;
    this.#fates.clear();
  }

  /** Six of seven versions are good everywhere; a bad one is bad on some hosts. */
  fateOf(version: string, host: string): Fate {
    if (this.#isLast || Number(version) % 7 !== 3) return 'good';
    const key = `${version} ${host}`;
    const fate = this.#fates.get(key) ?? this.#random.pick(['good', 'good', 'sick', 'dead'] as const);
    this.#fates.set(key, fate);
    return fate;
  }

  checkIn({ version, failed }: Pick<CheckIn, 'version' | 'failed'>): CheckInAnswer {
    const offered = this.version;
    const pollSeconds = 0.1;
    if (version === offered) return { decision: { none: 'up_to_date' }, pollSeconds };
    if (failed.includes(offered)) return { decision: { none: 'failed_here' }, pollSeconds };
    const expires = new Date(Date.now() + this.#random.between(500, 20_000)).toISOString();
    const offer = { grant: 'grant-0001', version: offered, release: rootHashOf(offered), expires };
    return { decision: { offer }, pollSeconds };
  }
}

/** Root hash of a version. */
export function rootHashOf(version: string): string {
  return createHash('sha256').update(version).digest('hex');
}

/** What signed metadata says of a version. */
export function targetOf(version: string, grant: string | null): Target {
  const hash = rootHashOf(version);
  return { version, rootHash: hash, releaseSha256: hash, release: {} as Release, grant };
}
