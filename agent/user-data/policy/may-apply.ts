import type { Plan, PlannedUser } from '../../../protocol/user-data/plan.ts';

/** Where user-data come from, as far as it decides what they may do. */
export interface Standing {
  /** The firmware starts signed programs only. */
  secureBoot: boolean;
  /** Nobody who writes disks or shares a network can have made them. */
  trusted: boolean;
}

/** Keys of a plan that say a host's name, who comes in, and what time it is: with Secure Boot on, anybody's user-data may set them, as its source may set the network. */
const harmless = new Set<keyof Plan>([
  'hostname',
  'groups',
  'users',
  'rootKeys',
  'timezone',
  'ntp',
  'manageEtcHosts',
]);

/** What the host leaves out of unsigned user-data, with what it was. */
export interface Allowed {
  plan: Plan;
  refused: string[];
}

/**
 * Takes out of a plan what its source may not ask for. With Secure Boot on, a host runs by itself what was signed, so user-data that
 * others can have made set no commands, units, files, authorities, mounts or settings of the agent, and give no rights.
 */
export function mayApply(plan: Plan, { secureBoot, trusted }: Standing): Allowed {
  if (!secureBoot || trusted) return { plan, refused: [] };
  const refused: string[] = [];
  const kept = Object.entries(plan).map(([key, value]) => {
    if (harmless.has(key as keyof Plan)) return [key, value];
    const isList = Array.isArray(value);
    if (value !== undefined && !(isList && value.length === 0)) refused.push(nameOf(key));
    return [key, isList ? [] : undefined];
  });
  const users = plan.users.map((user) => withoutRights(user, refused));
  const groups = plan.groups.map(({ gid, ...group }) => {
    if (gid !== undefined) refused.push(`the number of ${group.name}`);
    return { ...group, members: [] };
  });
  return { plan: { ...(Object.fromEntries(kept) as unknown as Plan), groups, users }, refused };
}

/** A user of keys alone: no sudo, no password, no number, and no group: the image may have one of that name, with rights. */
function withoutRights(user: PlannedUser, refused: string[]): PlannedUser {
  const { sudo, passwordHash, uid, primaryGroup, home, ...rest } = user;
  const { name } = rest;
  const keepsHome = home === undefined || /^\/home\/[^/.][^/]*$/.test(home);
  if (sudo.length > 0) refused.push(`sudo of ${name}`);
  if (passwordHash !== undefined) refused.push(`the password of ${name}`);
  if (uid !== undefined) refused.push(`the number of ${name}`);
  if (rest.groups.length > 0 || primaryGroup !== undefined) refused.push(`groups of ${name}`);
  if (!keepsHome) refused.push(`the home of ${name}`);
  return {
    ...rest,
    ...(keepsHome && home !== undefined && { home }),
    groups: [],
    locked: true,
    sudo: [],
  };
}

const names: Partial<Record<string, string>> = {
  files: 'files',
  units: 'units',
  bootCommands: 'bootcmd',
  runCommands: 'runcmd',
  caCertificates: 'CA certificates',
  mounts: 'mounts',
  swap: 'swap',
  agent: 'settings of the agent',
  healthChecks: 'health checks',
  metadata: 'access to the metadata service',
  install: 'orders of the installer',
};

function nameOf(key: string): string {
  return names[key] ?? key;
}
