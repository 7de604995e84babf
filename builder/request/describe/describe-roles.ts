/** A role as the JSON of a root or a `targets` has it. */
interface RoleJson {
  name?: string;
  keyids: string[];
  threshold: number;
  terminating?: boolean;
  paths?: string[];
  path_hash_prefixes?: string[];
}

/** A root's roles, or those that a `targets` delegates to, by name and in their order, which decides whom hosts ask first. */
export function rolesIn(signed: object): Map<string, RoleJson> {
  const { roles, delegations } = signed as {
    roles?: Record<string, RoleJson>;
    delegations?: { roles?: RoleJson[] };
  };
  if (roles) return new Map(Object.entries(roles));
  return new Map((delegations?.roles ?? []).map((role) => [role.name ?? '', role]));
}

/** Who may sign what from now on and could not before, or no longer, in words with whole key ids: an id is the hash of its key. */
export function describeRoles(
  before: object | undefined,
  after: object,
  elsewhere: ReadonlyMap<string, string> = new Map(),
): string[] {
  const [old, now] = [rolesIn(before ?? {}), rolesIn(after)];
  const gone = [...old.keys()].filter((name) => !now.has(name));
  return [
    ...[...now].flatMap(([name, role]) => describeRole(name, old.get(name), role)),
    ...describeShared(old, now),
    ...describeElsewhere(old, now, elsewhere),
    ...gone.map((name) => `no ${name} any more`),
    ...describeOrder([...old.keys()], [...now.keys()]),
  ];
}

function describeRole(name: string, before: RoleJson | undefined, after: RoleJson): string[] {
  const added = after.keyids.filter((id) => !before?.keyids.includes(id)).map((id) => `+${id}`);
  const gone = before?.keyids.filter((id) => !after.keyids.includes(id)).map((id) => `-${id}`) ?? [];
  const facts = [
    [...added, ...gone].join(' '),
    change('threshold', before?.threshold, after.threshold),
    change('paths', pathsOf(before), pathsOf(after)),
    change('terminating', before?.terminating, after.terminating),
  ];
  return facts.filter(Boolean).map((fact) => `${before ? '' : 'new '}${name}: ${fact}`);
}

/** A key that gets a role beside another: a server's key in an offline role is a security risk. */
function describeShared(old: Map<string, RoleJson>, now: Map<string, RoleJson>): string[] {
  const holders = (roles: Map<string, RoleJson>, id: string) =>
    [...roles].flatMap(([name, { keyids }]) => (keyids.includes(id) ? [name] : [])).join(' and ');
  const ids = new Set([...now.values()].flatMap(({ keyids }) => keyids));
  return [...ids]
    .filter((id) => holders(now, id).includes(' and ') && holders(now, id) !== holders(old, id))
    .map((id) => `${id} may sign ${holders(now, id)}`);
}

/** The same for a key that another document names: root the server's, `targets` those of channels. */
function describeElsewhere(
  old: Map<string, RoleJson>,
  now: Map<string, RoleJson>,
  elsewhere: ReadonlyMap<string, string>,
): string[] {
  return [...now].flatMap(([name, { keyids }]) =>
    keyids
      .filter((id) => elsewhere.has(id) && !old.get(name)?.keyids.includes(id))
      .map((id) => `${id} may sign ${name}, and ${elsewhere.get(id)} already`),
  );
}

function pathsOf(role: RoleJson | undefined): string | undefined {
  const prefixes =
    role?.path_hash_prefixes?.map((prefix) => `those whose hash begins with "${prefix}"`) ?? [];
  return role && [...(role.paths ?? []), ...prefixes].join(' ');
}

function change<T extends string | number | boolean>(
  what: string,
  before: T | undefined,
  after: T | undefined,
): string {
  if (before === after) return '';
  return before === undefined ? `${what} ${after}` : `${what} ${before} → ${after}`;
}

function describeOrder(before: string[], after: string[]): string[] {
  const [old, now] = [
    before.filter((name) => after.includes(name)),
    after.filter((name) => before.includes(name)),
  ];
  return old.join() === now.join() ? [] : [`asked in another order: ${old.join(' ')} → ${now.join(' ')}`];
}
