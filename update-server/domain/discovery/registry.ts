/** A member that came: its id in etcd, and `name=peer URL`, several with commas between. */
export interface Registered {
  id: string;
  value: string;
}

/** A cluster that forms: how many members it begins with, and who came, in that order. */
export interface Registry {
  size: number;
  members: readonly Registered[];
  /** From then on its token is unknown. */
  expires: string;
}

/** Members that come to a full cluster may register, as in etcd’s own service: they see that others were first, and stop. */
const mostBeyondSize = 16;

/**
 * What a registration comes to. Nobody registers twice, not even the same: a member that comes again has lost its disk or
 * is a second one of that name, and as a new member it would break the cluster that the first one is part of.
 */
export function register(registry: Registry, member: Registered): 'registered' | 'exists' | 'full' {
  if (registry.members.some(({ id }) => id === member.id)) return 'exists';
  return registry.members.length < registry.size + mostBeyondSize ? 'registered' : 'full';
}

/** etcd’s index of the registry: 1 for its size, and one more with each member. */
export function indexOf({ members }: Registry): number {
  return members.length + 1;
}

/** Who came at `index` or first after it: any member, or the one that is asked for. */
export function firstSince(
  { members }: Registry,
  index: number,
  id?: string,
): { member: Registered; index: number } | undefined {
  const at = members.findIndex((member, position) => {
    return indexAt(position) >= index && (id === undefined || member.id === id);
  });
  const member = members[at];
  return member && { member, index: indexAt(at) };
}

/** The index at which the member at a position came: members know by it who is part of a full cluster. */
export function indexAt(position: number): number {
  return position + 2;
}
