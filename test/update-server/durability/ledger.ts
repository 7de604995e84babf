import { createClient } from '../../../cli/client/client.ts';
import type { CheckInAnswer, EnrollAnswer } from '../../../protocol/api/check-in.ts';
import { countFacts, type Facts, type HostFacts, noFacts } from './facts.ts';
import { type Asked, findMiscounted, findMissing } from './find-missing.ts';

/** Everything a server acknowledged before it went, however often. */
export interface Ledger {
  /** Enrols hosts, checks them in and reports for them until the server is gone. */
  work(url: string): Promise<void>;
  /** Waits until a report was acknowledged that was not when it was called. */
  grown(): Promise<void>;
  /** Enters what operators were acknowledged. */
  note(add: (facts: Facts) => void): void;
  /** Everything acknowledged that the server does not show once, in words. */
  missing(asked: Asked): Promise<string[]>;
  /** The same for what was acknowledged since it was asked last. */
  missingOfLate(asked: Asked): Promise<string[]>;
  size(): ReturnType<typeof countFacts>;
}

/** Opens an empty ledger for hosts of image `tiny` on channel `alpha` that run version 0.9. */
export function openLedger(joinToken: string): Ledger {
  const all = noFacts();
  const hosts: HostFacts[] = [];
  let late = noFacts();
  let asking = 0;
  let heard = () => {};
  let reports = 0;

  function note(add: (facts: Facts) => void): void {
    add(all);
    add(late);
  }

  async function oneHost(url: string): Promise<void> {
    const enrolment = { joinToken, machineId: '0'.repeat(32), hostname: 'web', name: 'tiny', arch: 'x86-64' };
    asking++;
    const made = await createClient({ server: url }).post<EnrollAnswer>('v1/enroll', enrolment);
    const host = {
      id: made.hostId,
      credential: made.credential,
      grants: new Set<string>(),
      reports: new Set<string>(),
    };
    hosts.push(host);
    note((facts) => facts.hosts.add(host));
    for (const again of [host, hosts[Math.floor(Math.random() * hosts.length)]!]) await oneRound(url, again);
  }

  async function oneRound(url: string, host: HostFacts): Promise<void> {
    const client = createClient({ server: url, token: host.credential });
    const said = { name: 'tiny', version: '0.9', arch: 'x86-64', channel: 'alpha', group: 'web', at: 'idle' };
    const checkIn = { ...said, bootId: 'boot-one', rootHash: 'a'.repeat(64), failed: [] };
    const { decision } = await client.post<CheckInAnswer>('v1/check-in', checkIn);
    if (!('offer' in decision)) return;
    const { grant, version } = decision.offer;
    host.grants.add(grant);
    note((facts) => facts.hosts.add(host));
    const id = `report-${reports++}`;
    const kind = Math.random() < 0.5 ? 'confirmed' : 'written';
    const report = {
      id,
      grant,
      kind,
      from: '0.9',
      version,
      bootId: 'boot-one',
      at: new Date().toISOString(),
      detail: '',
    };
    await client.post('v1/reports', { reports: [report] });
    host.reports.add(id);
    note((facts) => facts.hosts.add(host));
    heard();
  }

  return {
    async work(url) {
      for (;;) {
        try {
          await oneHost(url);
        } catch {
          return;
        }
      }
    },
    grown: () =>
      new Promise((resolve) => {
        heard = resolve;
      }),
    note,
    async missing(asked) {
      const { problems, totals } = await findMissing(all, asked);
      return [...problems, ...(await findMiscounted(totals, asking, asked))];
    },
    async missingOfLate(asked) {
      const facts = late;
      late = noFacts();
      return (await findMissing(facts, asked)).problems;
    },
    size: () => countFacts(all),
  };
}
