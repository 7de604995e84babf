import type { CheckIn, NoneReason } from '../../../protocol/api/check-in.ts';
import type { HostEvent } from '../../../protocol/api/hosts.ts';
import type { Enrollment, EnrollmentAnswer, HostDetail } from '../../../protocol/api/operator.ts';
import type { Arch } from '../../../protocol/schema/schema.ts';
import type { Enrolled, NewHost } from '../../domain/hosts/enroll.ts';
import type { FleetHost } from '../../domain/rollout/preview.ts';
import type { NewAudit } from './audit.ts';

/** A host as the check-in sees it. */
export interface HostRecord {
  id: string;
  held: boolean;
  pinned: string | null;
  /** The group an operator put it in, whatever it reports itself. */
  placed: string | null;
  approved: boolean;
  cloned: boolean;
  /** The boot it checked in from last. */
  boot: string | null;
  /** What else it reported last, as one text. */
  reported: string;
  /** Where the store keeps it: neighbours are written together. */
  number: number;
}

/** What a check-in reported and was answered; may be written up to `lastSeenDelayMs` later. */
export interface CheckInRecord {
  host: HostRecord;
  at: string;
  checkIn: CheckIn;
  /** The last boot ids, oldest first, without repeats; null when it is in the same boot as before. */
  boots: string[] | null;
  /** What the host reports, as one text. */
  reported: string;
  decision: NoneReason | 'offered';
  offered: string | null;
}

/** How long a check-in record may stay in memory. */
export const lastSeenDelayMs = 5000;

/** Who the hosts are, what they report, and what operators decide about each. */
export interface HostStore {
  /** A host that comes again with its key keeps its record and gets the new credential. Only approved ones are audited. */
  enroll(host: NewHost, audit: NewAudit): Promise<Enrolled>;
  enrollment(): Promise<Omit<EnrollmentAnswer, 'enrolment'>>;
  setEnrollment(enrollment: Enrollment, audit: NewAudit): Promise<void>;
  /** Forgets unapproved hosts that were not seen since `before`, or enrolled before `unseen` and never seen. Returns how many. */
  forgetUnapproved(ages: { before: string; unseen: string }, audit: NewAudit): Promise<number>;
  hostByCredential(credentialHash: string): Promise<HostRecord | undefined>;
  /** The last boot ids of a host, oldest first. */
  boots(host: string): Promise<string[]>;
  /** Resolves when every later reading sees it; it may reach the disk later. */
  recordCheckIn(record: CheckInRecord): Promise<void>;
  /** Records the clone and lets its open grants lapse. */
  markCloned(host: string, audit: NewAudit): Promise<void>;
  host(id: string): Promise<Omit<HostDetail, 'why' | 'commands'> | undefined>;
  /** What happened to it, newest first. */
  timeline(id: string): Promise<HostEvent[] | undefined>;
  /** False when there is no such host. */
  hold(host: string, held: boolean, audit: NewAudit): Promise<boolean>;
  pin(host: string, version: string | null, audit: NewAudit): Promise<boolean>;
  place(host: string, group: string | null, audit: NewAudit): Promise<boolean>;
  approve(host: string, audit: NewAudit): Promise<boolean>;
  forget(host: string, audit: NewAudit): Promise<boolean>;
  /** Approved hosts of a channel and architecture that were seen since. */
  fleet(name: string, channel: string, arch: Arch, since: string): Promise<FleetHost[]>;
}
