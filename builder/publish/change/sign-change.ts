import type { Channel } from '../../../protocol/documents/channel.ts';
import { brakeRole, channelRole, channelTarget } from '../../../protocol/documents/trust.ts';
import { requireRole, signersOf } from '../../metadata/document.ts';
import { nameTargets } from '../../metadata/name-targets.ts';
import { seal } from '../../metadata/seal.ts';
import { earlierHeads } from './channel-document.ts';
import type { Change, Present } from './submit.ts';

/** Signs the next version of a role on top of the server's, naming these targets. */
export function signTargets(
  present: Present,
  role: string,
  targets: Record<string, string>,
  now: Date,
): Change {
  const { folder, roles } = present;
  const signers = signersOf(role, present);
  const next = nameTargets(role, requireRole(roles, role).parsed.signed, targets, now);
  return { roles: { [role]: seal(role, next, folder.keyring, [signers]) }, targets };
}

/** Signs a changed channel document with the next serial; undefined when nothing changed. */
export function signChannel(
  present: Present,
  before: Channel | undefined,
  after: Channel,
  now: Date,
): Change | undefined {
  if (before && JSON.stringify(before) === JSON.stringify(after)) return undefined;
  const role = channelRole(after.channel);
  const hasBrake = brakeRole(after.channel) in present.roles;
  const heads = hasBrake ? { heads: earlierHeads(before, after.head.version) } : {};
  const document = { ...after, ...heads, serial: (before?.serial ?? 0) + 1 };
  const path = channelTarget(after.name, after.channel);
  return signTargets(present, role, { [path]: `${JSON.stringify(document, null, 1)}\n` }, now);
}

/** Puts changes together; undefined when there is none. */
export function joinChanges(...changes: (Change | undefined)[]): Change | undefined {
  const made = changes.filter((change) => change !== undefined);
  if (made.length === 0) return undefined;
  return {
    roles: Object.assign({}, ...made.map(({ roles }) => roles)),
    targets: Object.assign({}, ...made.map(({ targets }) => targets)),
  };
}
