import type { MadeEntry } from './make-tar.ts';

const capability = Buffer.from('0100000280000000ff00000000000000fe000000', 'hex');
/** user::rwx, user:4294967295-like ids, mask, other: a binary ACL as getxattr gives it. */
const acl = Buffer.from(
  '0200000001000700ffffffff02000600e803000004000500ffffffff10000700ffffffff20000500ffffffff',
  'hex',
);

/** One of every ugly kind; `buildTime` is the time of what has none of its own. */
export const uglyTree: MadeEntry[] = [
  { path: '.', type: '5', mode: 0o755 },
  { path: 'dev', type: '5', mode: 0o700, uid: 70_000, gid: 3 },
  { path: 'dev/char', type: '3', mode: 0o600, major: 511, minor: 1_048_575 },
  { path: 'dev/block', type: '4', mode: 0o660, gid: 6, major: 8, minor: 300 },
  { path: 'dev/fifo', type: '6', mode: 0o644 },
  { path: 'dev/whiteout', type: '3', mode: 0 },
  { path: 'bin/setuid', type: '0', mode: 0o4755, content: Buffer.alloc(4096, 's') },
  { path: 'bin/twin', type: '1', linkname: 'bin/setuid' },
  {
    path: 'bin/capable',
    type: '0',
    mode: 0o755,
    content: Buffer.from('x'),
    xattrs: new Map([['security.capability', capability]]),
  },
  { path: 'bin/capable2', type: '0', mode: 0o755, xattrs: new Map([['security.capability', capability]]) },
  {
    path: 'acl',
    type: '0',
    mode: 0o775,
    content: Buffer.alloc(8193, 'a'),
    xattrs: new Map([['system.posix_acl_access', acl]]),
  },
  { path: 'big-xattr', type: '0', xattrs: new Map([['trusted.big', Buffer.alloc(30_000, 0xfe)]]) },
  { path: 'big-owner', type: '0', uid: 4_000_000_000, gid: 65_536, content: Buffer.alloc(1_300_000, 'o') },
  { path: 'empty', type: '0' },
  { path: 'n'.repeat(255), type: '5', mode: 0o755 },
  { path: `${'n'.repeat(255)}/${'m'.repeat(255)}`, type: '0', content: Buffer.from('long names') },
  { path: 'times/before-1970', type: '0', pax: { mtime: '-1.25' } },
  { path: 'times/long-before', type: '2', mode: 0o777, linkname: 'x', pax: { mtime: '-62135596800' } },
  { path: 'times/nanoseconds', type: '0', content: Buffer.from('t'), pax: { mtime: '1700000001.123456789' } },
  { path: 'times/one-nanosecond', type: '5', mode: 0o755, pax: { mtime: '0.000000001' } },
  { path: 'times/after-2106', type: '6', pax: { mtime: '9999999999.999999999' } },
  { path: '!before-dot', type: '0', content: Buffer.from('first') },
  { path: `caf\xe9-${'n'.repeat(240)}`, type: '0', content: Buffer.from('not UTF-8') },
  { path: 'tmp', type: '5', mode: 0o1777 },
  { path: 'to-nowhere', type: '2', mode: 0o777, linkname: 'no/where' },
  { path: 'to-far', type: '2', mode: 0o777, linkname: 't'.repeat(4095) },
  ...Array.from(
    { length: 700 },
    (_, index): MadeEntry => ({ path: `many/name-${index}`, type: index % 9 ? '0' : '5', mode: 0o755 }),
  ),
];
