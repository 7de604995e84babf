const names = ['system.posix_acl_access', 'system.posix_acl_default'];
const header = 4;
const entrySize = 8;
const ofUser = 0x02;
const ofGroup = 0x08;

/** Gives the users and groups that an access list names (`linux/posix_acl_xattr.h`) their other numbers. */
export function moveAcl(
  xattrs: Map<string, Buffer>,
  uids: ReadonlyMap<number, number>,
  gids: ReadonlyMap<number, number>,
): Map<string, Buffer> {
  const lists = names.filter((name) => xattrs.has(name));
  if (lists.length === 0) return xattrs;
  const moved = new Map(xattrs);
  for (const name of lists) {
    const value = Buffer.from(xattrs.get(name)!);
    for (let offset = header; offset + entrySize <= value.length; offset += entrySize) {
      const tag = value.readUInt16LE(offset);
      const id = value.readUInt32LE(offset + 4);
      const other = tag === ofUser ? uids.get(id) : tag === ofGroup ? gids.get(id) : undefined;
      if (other !== undefined) value.writeUInt32LE(other, offset + 4);
    }
    moved.set(name, value);
  }
  return moved;
}
