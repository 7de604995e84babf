import { randomUUID } from 'node:crypto';
import type { CheckInAnswer, EnrollAnswer, Report } from '../../../protocol/api/check-in.ts';
import { idleCheckIn } from '../support/idle-check-in.ts';

/** A host that says what it is told to; every call rejects unless the server acknowledges it. */
export interface SmallHost {
  id: string;
  /** The grant it was given, or null. */
  ask(): Promise<string | null>;
  /** Resolves with the report's id. */
  report(grant: string, kind: Report['kind']): Promise<string>;
}

/** Enrols a host of image `tiny` on channel `alpha` that runs 1.0. */
export async function enrolSmallHost(url: string, joinToken: string): Promise<SmallHost> {
  const request = { joinToken, machineId: '0'.repeat(32), hostname: 'web', name: 'tiny', arch: 'x86-64' };
  const { hostId, credential } = await post<EnrollAnswer>(`${url}/v1/enroll`, request);
  return {
    id: hostId,
    async ask() {
      const body = idleCheckIn({ name: 'tiny', channel: 'alpha' });
      const { decision } = await post<CheckInAnswer>(`${url}/v1/check-in`, body, credential);
      return 'offer' in decision ? decision.offer.grant : null;
    },
    async report(grant, kind) {
      const report = { id: randomUUID(), grant, kind, from: '1.0', version: '2.0', bootId: 'boot-one' };
      const reports = [{ ...report, at: new Date().toISOString(), detail: '' }];
      await post(`${url}/v1/reports`, { reports }, credential);
      return report.id;
    },
  };
}

async function post<T>(url: string, body: unknown, credential?: string): Promise<T> {
  const headers = {
    'content-type': 'application/json',
    ...(credential ? { authorization: `Bearer ${credential}` } : {}),
  };
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}
