import { isDeepStrictEqual } from 'node:util';
import type { Client } from '../../../cli/client.ts';
import { createClient } from '../../../cli/client.ts';
import type { Channel } from '../../../protocol/channel.ts';
import type { CheckInAnswer, EnrollAnswer } from '../../../protocol/check-in.ts';
import type { HostDetail } from '../../../protocol/operator.ts';
import type { RolloutSummary } from '../../../protocol/rollout.ts';

/** What a server acknowledged to one host; nothing of it may ever be lost or doubled. */
interface Entry {
  id: string;
  credential: string;
  grants: Set<string>;
  reports: Set<string>;
}

/** Everything a server acknowledged before it was killed, however often. */
export interface Ledger {
  /** Enrols hosts, checks them in and reports for them until the server is gone. */
  work(url: string): Promise<void>;
  /** Waits until something was acknowledged that was not when it was called. */
  grown(): Promise<void>;
  /** Blocks one version more each time; what was acknowledged shows in the channel's serial. */
  published(serial: number): void;
  /** Everything acknowledged that the server does not show, in words; `nextReader` gives clients with tokens of their own. */
  missing(nextReader: () => Promise<Client>): Promise<string[]>;
  size(): Record<'hosts' | 'grants' | 'reports' | 'serial', number>;
}

/** What one token may ask in a minute is limited. */
const askedByOne = 1000;

/** Opens an empty ledger for hosts of image `tiny` on channel `alpha` that run version 0.9. */
export function openLedger(joinToken: string): Ledger {
  const entries: Entry[] = [];
  let serial = 0;
  let heard = () => {};
  let reports = 0;

  async function oneHost(url: string): Promise<void> {
    const enrolment = { joinToken, machineId: '0'.repeat(32), hostname: 'web', name: 'tiny', arch: 'x86-64' };
    const made = await createClient({ server: url }).post<EnrollAnswer>('v1/enroll', enrolment);
    const entry: Entry = {
      id: made.hostId,
      credential: made.credential,
      grants: new Set(),
      reports: new Set(),
    };
    entries.push(entry);
    for (const again of [entry, entries[Math.floor(Math.random() * entries.length)]!])
      await oneRound(url, again);
  }

  async function oneRound(url: string, entry: Entry): Promise<void> {
    const host = createClient({ server: url, token: entry.credential });
    const said = { name: 'tiny', version: '0.9', arch: 'x86-64', channel: 'alpha', group: 'web', at: 'idle' };
    const facts = { ...said, bootId: 'boot-one', rootHash: 'a'.repeat(64), failed: [] };
    const { decision } = await host.post<CheckInAnswer>('v1/check-in', facts);
    if (!('offer' in decision)) return;
    const { grant, version } = decision.offer;
    entry.grants.add(grant);
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
    await host.post('v1/reports', { reports: [report] });
    entry.reports.add(id);
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
    published(now) {
      serial = Math.max(serial, now);
    },
    async missing(nextReader) {
      const problems: string[] = [];
      const totals = { open: 0, confirmed: 0 };
      let reader = await nextReader();
      for (const [index, { id, grants, reports: acknowledged }] of entries.entries()) {
        if (index % askedByOne === askedByOne - 1) reader = await nextReader();
        const host = await reader.get<HostDetail>(`v1/hosts/${id}`).catch(({ message }: Error) => {
          problems.push(`host ${id} is lost: ${message}`);
        });
        if (!host) continue;
        const [grantIds, reportIds] = [
          host.grants.map((grant) => grant.id),
          host.reports.map((report) => report.id),
        ];
        for (const grant of grants)
          if (!grantIds.includes(grant)) problems.push(`grant ${grant} of ${id} is lost`);
        for (const report of acknowledged) {
          const times = reportIds.filter((each) => each === report).length;
          if (times !== 1) problems.push(`report ${report} of ${id} is there ${times} times`);
        }
        const open = host.grants.filter(({ outcome }) => outcome === null).length;
        if (open > 1) problems.push(`${id} has ${open} open grants`);
        totals.open += open;
        totals.confirmed += host.grants.filter(({ outcome }) => outcome === 'confirmed').length;
      }
      const { rollouts } = await reader.get<{ rollouts: RolloutSummary[] }>('v1/rollouts');
      const counted = { open: 0, confirmed: 0 };
      for (const { inFlight, confirmed } of rollouts) {
        counted.open += inFlight;
        counted.confirmed += confirmed;
      }
      if (!isDeepStrictEqual(counted, totals)) {
        problems.push(`rollouts count ${JSON.stringify(counted)}, hosts have ${JSON.stringify(totals)}`);
      }
      const { channels } = await reader.get<{ channels: Channel[] }>('v1/channels/tiny');
      if (channels[0]!.serial < serial) problems.push(`serial ${serial} is lost: ${channels[0]!.serial}`);
      return problems;
    },
    size: () => ({
      hosts: entries.length,
      grants: entries.reduce((sum, { grants }) => sum + grants.size, 0),
      reports: entries.reduce((sum, { reports: some }) => sum + some.size, 0),
      serial,
    }),
  };
}
