import type { CheckIn, NoneReason, Report } from '../../../protocol/api/check-in.ts';
import type {
  AuditLine,
  Enrolment,
  EnrolmentAnswer,
  HostDetail,
  ReleaseSummary,
  TokenInfo,
} from '../../../protocol/api/operator.ts';
import type { Channel } from '../../../protocol/documents/channel.ts';
import type { Release } from '../../../protocol/documents/release.ts';
import type { Arch } from '../../../protocol/schema/schema.ts';
import type { FleetHost } from '../../domain/rollout/preview.ts';
import type { Rollout } from '../../domain/rollout/rollout.ts';
import type { NamedPolicy, NewRollout } from '../../domain/rollout/start.ts';
import type { RolloutStory } from '../../domain/rollout/summary.ts';
import type { Published, RepositoryState } from '../../domain/tuf/state.ts';
import type { NewsStore } from './changes.ts';
import type { FleetStore } from './fleet.ts';

/** A publication or a renewal as it becomes visible: all of it in one transaction, or nothing. */
export interface Publication extends Pick<Published, 'state' | 'files' | 'targets' | 'channels'> {
  /** The revision this was computed from; another one now means that somebody came between. */
  basedOn: number;
  releases: { sha256: string; release: Release }[];
  /** What rollouts of new heads follow; otherwise their channels' own policy. */
  policy?: NamedPolicy | undefined;
  audit?: NewAudit;
}

/** Who did what to what; its time is the store's caller's, what was before and after the store finds itself. */
export type NewAudit = Pick<AuditLine, 'at' | 'who' | 'action' | 'subject' | 'detail'>;

/** Somebody logged in by a token; the cookie's secret arrives as SHA-256 only. */
export interface NewSession {
  hash: string;
  /** The token's id; its end ends the session. */
  token: string;
  at: string;
}

/** A host as the check-in sees it. */
export interface HostRecord {
  id: string;
  held: boolean;
  pinned: string | null;
  /** The group an operator put it in, whatever it says itself. */
  placed: string | null;
  approved: boolean;
  cloned: boolean;
  /** The boot it checked in from last. */
  boot: string | null;
  /** What else it said of itself last, as one text. */
  said: string;
  /** Where the store keeps it: neighbours are written together. */
  number: number;
}

/** What a host becomes known by. Secrets arrive here as SHA-256 only. */
interface NewHost {
  id: string;
  credentialHash: string;
  machineId: string;
  hostname: string;
  name: string;
  arch: Arch;
  enrolled: string;
  approved: boolean;
  /** SHA-256 of the secret that the host made for its enrolment; missing for earlier agents. */
  keyHash?: string | undefined;
  /** Nobody vouches for it: only a host that is known by its key already may come in. */
  knownOnly?: boolean;
}

/** The host's id, new or as it was; or why it is not let in: for want of a token, or because too many wait. */
export type Enrolled = { id: string } | { none: 'unknown' | 'closed' | 'full' };

/** Hosts that may wait for approval: whoever reaches the server can add one. */
export const maxUnapproved = 1000;

/** What a check-in said and was answered; may be written up to `lastSeenDelayMs` later. */
export interface Sighting {
  host: HostRecord;
  at: string;
  checkIn: CheckIn;
  /** The last boot ids, oldest first, without repeats; null when it is in the same boot as before. */
  boots: string[] | null;
  /** What the host says of itself, as one text. */
  said: string;
  decision: NoneReason | 'offered';
  offered: string | null;
}

/** Leave for one host to install one release. */
export interface Grant {
  id: string;
  version: string;
  release: string;
  expires: string;
}

/** A grant that is asked for, and what it counts against. */
export interface WantedGrant extends Grant {
  rollout: string;
  canary: boolean;
  /** Hosts that may be under way at once. */
  limit: number;
  /** Root hash of what the host runs. */
  from?: string;
}

/** Bytes that were announced and may be uploaded, or that a release names. */
export interface BlobInfo {
  sha256: string;
  size: number;
}

/** A published blob as the walk over them sees it. */
export interface CheckedBlob extends BlobInfo {
  /** When its bytes were last found right here; null when they never were. */
  checked: string | null;
  /** `<name>/<version>/<arch>` of a release whose payload it is, which no host can write without it; null for a list of parts. */
  release: string | null;
}

/** How long a sighting may stay in memory. */
export const lastSeenDelayMs = 5000;

/**
 * Everything the server remembers, as intentions: asynchronous, so that another database fits behind it.
 * What is not a sighting is on the disk when its promise resolves.
 */
export interface Store extends FleetStore, NewsStore {
  /** Throws unless a write reaches the disk. */
  ping(now: string): Promise<void>;
  close(): Promise<void>;

  repository(): Promise<{ revision: number; state: RepositoryState }>;
  /** False when `basedOn` is not the present revision any more; nothing is written then. */
  publish(publication: Publication, now: string): Promise<boolean>;
  metadataFile(name: string): Promise<string | undefined>;
  targetFile(path: string): Promise<string | undefined>;
  channel(name: string, channel: string): Promise<Channel | undefined>;
  channels(name: string): Promise<Channel[]>;
  releases(): Promise<ReleaseSummary[]>;
  /** The blob, when a published release names it. */
  publishedBlob(sha256: string): Promise<BlobInfo | undefined>;
  /** Every blob that a release names, the one checked longest ago first. */
  blobsToCheck(): Promise<CheckedBlob[]>;
  blobChecked(sha256: string, now: string): Promise<void>;
  announce(blobs: BlobInfo[], now: string): Promise<void>;
  announcedBlob(sha256: string): Promise<BlobInfo | undefined>;

  /** A host that comes again with its key keeps its record and gets the new credential. Only approved ones are audited. */
  enrol(host: NewHost, audit: NewAudit): Promise<Enrolled>;
  enrolment(): Promise<EnrolmentAnswer>;
  setEnrolment(enrolment: Enrolment, audit: NewAudit): Promise<void>;
  /** Forgets unapproved hosts that were not seen since `before`, or enrolled before `unseen` and never seen. Returns how many. */
  forgetUnapproved(ages: { before: string; unseen: string }, audit: NewAudit): Promise<number>;
  hostByCredential(credentialHash: string): Promise<HostRecord | undefined>;
  /** The last boot ids of a host, oldest first. */
  boots(host: string): Promise<string[]>;
  seen(sighting: Sighting): void;
  /** Records the clone and lets its open grants lapse. */
  markCloned(host: string, audit: NewAudit): Promise<void>;
  /** Renews the host's open grant of this rollout, or makes one: checked again in the transaction that counts it. */
  grant(host: string, grant: WantedGrant, now: string): Promise<{ grant: Grant } | { none: NoneReason }>;
  hasOpenGrant(host: string, rollout: string): Promise<boolean>;
  /** True when the host said it reboots and its grant may end by a check-in; asked at each, so from memory. */
  isDeparted(host: string): boolean;
  /** Such a host is heard of: that may end its grant, be counted, and halt its rollout. */
  heard(host: string, said: CheckIn, now: string): Promise<void>;
  /** Repeats are harmless; a final report closes the grant it names, is counted, and may halt its rollout. */
  report(host: string, reports: Report[], now: string): Promise<void>;
  host(id: string): Promise<Omit<HostDetail, 'why'> | undefined>;
  /** False when there is no such host. */
  hold(host: string, held: boolean, audit: NewAudit): Promise<boolean>;
  pin(host: string, version: string | null, audit: NewAudit): Promise<boolean>;
  place(host: string, group: string | null, audit: NewAudit): Promise<boolean>;
  approve(host: string, audit: NewAudit): Promise<boolean>;
  forget(host: string, audit: NewAudit): Promise<boolean>;
  /** Approved hosts of a channel and architecture that were seen since. */
  fleet(name: string, channel: string, arch: Arch, since: string): Promise<FleetHost[]>;

  /** The newest rollout there, unless it was superseded and nothing came after it. */
  currentRollout(name: string, channel: string, arch: Arch): Promise<Rollout | undefined>;
  rollout(id: string): Promise<Rollout | undefined>;
  /** Newest first; null stands for any. */
  rollouts(name: string | null, channel: string | null, limit: number): Promise<Rollout[]>;
  /** What only its own page shows. */
  rolloutStory(id: string, since: string): Promise<RolloutStory | undefined>;
  /** Each supersedes the one that is current there. */
  startRollouts(rollouts: readonly NewRollout[], audit: NewAudit): Promise<void>;
  /** Reads, changes and writes in one transaction; what `change` throws leaves everything as it was. */
  changeRollout(
    id: string,
    change: (present: Rollout) => Rollout,
    audit: NewAudit,
  ): Promise<Rollout | undefined>;
  /** Does what is due by time: grants lapse, silent hosts fail, canaries pass, rollouts halt. Says what could not be done.
   * `coveredMs`: how much time this server watched over since the last tick. */
  tick(now: Date, coveredMs: number): Promise<string[]>;
  policy(name: string, channel: string): Promise<NamedPolicy | undefined>;
  setPolicy(name: string, channel: string, policy: NamedPolicy, audit: NewAudit): Promise<void>;

  addToken(token: TokenInfo, tokenHash: string, audit: NewAudit): Promise<void>;
  /** The live token with this hash. */
  tokenByHash(tokenHash: string): Promise<TokenInfo | undefined>;
  tokens(): Promise<TokenInfo[]>;
  revokeToken(id: string, now: string, audit: NewAudit): Promise<boolean>;
  addSession(session: NewSession, audit: NewAudit): Promise<void>;
  /** The live token behind a session that was used since `usedAfter` and begun since `begunAfter`; notes its use. */
  tokenBySession(
    hash: string,
    at: { now: string; usedAfter: string; begunAfter: string },
  ): Promise<TokenInfo | undefined>;
  endSession(hash: string, audit: NewAudit): Promise<void>;
  /** Writes down what was done somewhere else than in this store. */
  note(audit: NewAudit, before: Record<string, unknown>, after: Record<string, unknown>): Promise<void>;
  /** Lines between `after` and `before`, both left out, newest first. */
  audit(before: number, limit: number, after?: number): Promise<AuditLine[]>;
}
