import { randomBytes, randomUUID } from 'node:crypto';
import type { CheckInAnswer, EnrollAnswer, Offer, Report } from '../../../protocol/api/check-in.ts';
import { sha256 } from '../../update-server/support/make-release.ts';

/** How an update ends for a host; `on the way` leaves it between two steps. */
export type Ending = 'confirmed' | 'fell_back' | 'failed' | 'on the way';

/** What a server sees of a host, over the real wire: nothing is written anywhere else. */
export class FakeHost {
  readonly id: string;
  version = '1.9.0';
  channel = 'stable';
  group: string;
  at = 'idle';
  /** Base URL of the server it calls. */
  url: string;
  private readonly credential: string;
  private bootId: string = randomUUID();
  /** Versions that failed on it. */
  readonly failed: string[] = [];
  labels: Record<string, string>;

  constructor(url: string, { hostId, credential }: EnrollAnswer, group: string, rack: string) {
    this.url = url;
    this.id = hostId;
    this.credential = credential;
    this.group = group;
    this.labels = { rack, role: group };
  }

  /** Asks for an update as the agent does; the offer, if there is one. */
  async checkIn(): Promise<Offer | undefined> {
    const { decision } = await this.post<CheckInAnswer>('/v1/check-in', {
      name: 'core',
      version: this.version,
      arch: 'x86-64',
      channel: this.channel,
      group: this.group,
      bootId: this.bootId,
      rootHash: sha256(`root of ${this.version}`),
      at: this.at,
      failed: this.failed,
      labels: this.labels,
    });
    return 'offer' in decision ? decision.offer : undefined;
  }

  /** Takes an offer, if there is one, as far as it is to go. */
  async update(choose: () => Ending = () => 'confirmed'): Promise<void> {
    const offer = await this.checkIn();
    if (!offer) return;
    const ending = choose();
    const from = this.version;
    const tell = (kind: Report['kind'], detail = '') => this.report(offer, from, kind, detail);
    await tell('written');
    this.at = 'locked';
    if (ending === 'on the way') return void (await this.checkIn());
    await tell('locked');
    await tell('rebooting');
    this.bootId = randomUUID();
    this.at = 'idle';
    if (ending === 'confirmed') this.version = offer.version;
    else this.failed.push(offer.version);
    await tell(ending, ending === 'confirmed' ? '' : 'health check 50-http ended with 1');
    await this.checkIn();
  }

  /** Two hosts with one credential: boot ids A, B, A. */
  async turnIntoTwo(): Promise<void> {
    const first = this.bootId;
    for (const boot of [randomUUID(), first]) {
      this.bootId = boot as typeof this.bootId;
      await this.checkIn();
    }
  }

  private async report({ grant, version }: Offer, from: string, kind: Report['kind'], detail: string) {
    const report: Report = {
      ...{ id: randomUUID(), grant, kind, from, version, bootId: this.bootId, detail },
      at: new Date().toISOString(),
    };
    await this.post('/v1/reports', { reports: [report] });
  }

  private async post<T>(path: string, body: object): Promise<T> {
    return send<T>(this.url + path, body, this.credential);
  }
}

const kinds = ['web', 'db', 'edge', 'build'];

/** Enrolls hosts with names such as `web-07`. */
export async function joinFleet(
  url: string,
  joinToken: string | undefined,
  count: number,
): Promise<FakeHost[]> {
  const hosts: FakeHost[] = [];
  await inTurns([...Array(count).keys()], async (at) => {
    const kind = kinds[at % 5 === 4 ? 1 : at % 4]!;
    const known = await send<EnrollAnswer>(`${url}/v1/enroll`, {
      ...(joinToken ? { joinToken } : {}),
      machineId: randomBytes(16).toString('hex'),
      hostname: joinToken ? `${kind}-${String(at).padStart(3, '0')}` : 'unknown-box',
      name: 'core',
      arch: 'x86-64',
    });
    hosts[at] = new FakeHost(url, known, kind, `b${(at % 6) + 1}`);
  });
  return hosts;
}

/** Does something with each, some at once. */
export async function inTurns<T>(
  all: readonly T[],
  work: (each: T, at: number) => Promise<unknown>,
  atOnce = 24,
): Promise<void> {
  const waiting = all.entries();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const [at, each] of waiting) await work(each, at);
    }),
  );
}

async function send<T>(url: string, body: object, bearer?: string): Promise<T> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
    },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}
