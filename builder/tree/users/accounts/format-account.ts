import type { Group, User } from './read-users.ts';

/** A user as a line of passwd(5); its password, if any, is in shadow(5). */
export function formatUser({ name, uid, gid, comment, home, shell }: User): string {
  return `${name}:x:${uid}:${gid}:${comment}:${home}:${shell}`;
}

/** A group as a line of group(5). */
export function formatGroup({ name, gid, members }: Group): string {
  return `${name}:x:${gid}:${members.join(',')}`;
}
