import type { Node } from '../../user-data/node.ts';
import type { PlannedUser } from '../../user-data/plan.ts';
import type { Report } from '../../user-data/report.ts';
import { flag, kindOf, listOf, type Shape, table, text, whole } from '../shape/shape.ts';
import { absolutePath, accountName, firstOwnId, sshKey } from './words.ts';

/** Keys that coreos-cloudinit and older cloud-init write with dashes. */
const dashed = [
  'primary_group',
  'lock_passwd',
  'no_create_home',
  'no_user_group',
  'no_log_init',
  'ssh_authorized_keys',
  'ssh_import_id',
];
const fetchKeys =
  'Write the keys: ssh_authorized_keys: [ssh-ed25519 AAAA… name]. curl https://github.com/NAME.keys shows them.';
const noClear =
  'Everybody who sees the machine’s settings can read user-data. Write a hash: passwd: "$6$…", made by `openssl passwd -6`.';

/** `a, b` as a text, or a list. */
const groupNames: Shape<string[]> = (node, what, to) => {
  if (node.kind === 'list') return listOf(accountName)(node, what, to);
  if (node.kind === 'map') {
    return node.entries.flatMap(
      ({ key, at }) => accountName({ kind: 'scalar', value: key, source: key, at }, what, to) ?? [],
    );
  }
  const value = text()(node, what, to);
  return value?.split(',').flatMap((each) => {
    const name = each.trim();
    return accountName({ kind: 'scalar', value: name, source: name, at: node.at }, what, to) ?? [];
  });
};

const sudo: Shape<string[]> = (node, what, to) => {
  if (node.kind === 'list') return listOf(text())(node, what, to);
  if (node.kind === 'scalar' && (node.value === false || node.value === null)) return [];
  const value = text()(node, what, to);
  return value === undefined ? undefined : [value];
};

/** A number, or a text of digits, as older documents have it. */
const id: Shape<number> = (node, what, to) => {
  const isDigits =
    node.kind === 'scalar' && typeof node.value === 'string' && /^[1-9]\d{0,9}$/.test(node.value);
  const value = isDigits ? Number(node.value) : whole(1, 2 ** 31)(node, what, to);
  if (value !== undefined && value < firstOwnId) {
    to.warn(
      node.at,
      `${what} ${value} may be used by an image one day`,
      `Leave it out: the host takes one from ${firstOwnId} on, which never moves.`,
    );
  }
  return value;
};

const fields = {
  name: accountName,
  uid: id,
  gecos: text({
    pattern: /^[^:\n]*$/,
    is: 'cannot have a colon or a second line',
    instead: 'Write a name, such as "Ada Lovelace".',
  }),
  homedir: absolutePath,
  shell: absolutePath,
  primary_group: accountName,
  groups: groupNames,
  system: flag,
  lock_passwd: flag,
  passwd: text({
    pattern: /^(?:[*!x]|!?\$(?:1|5|6|7|y|2[aby])\$[^:\s]+)$/,
    is: 'is no password hash',
    instead: 'Write what `openssl passwd -6` prints: it begins with $6$.',
  }),
  no_create_home: flag,
  no_user_group: flag,
  ssh_authorized_keys: listOf(sshKey),
  sudo,
  expiredate: text({
    pattern: /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/,
    is: 'is no day',
    instead: 'Write "2027-12-31", in quotes.',
  }),
};

const readTable = table(fields, {
  required: ['name'],
  aliases: {
    hashed_passwd: 'passwd',
    ...Object.fromEntries(dashed.map((key) => [key.replaceAll('_', '-'), key])),
  },
  ignored: {
    no_log_init: 'Leave it out: nothing is written to lastlog here.',
    'no-log-init': 'Leave it out: nothing is written to lastlog here.',
    create_groups: 'Leave it out: groups that are named are created.',
    inactive: 'Use expiredate.',
    selinux_user: 'Leave it out: SELinux is not used.',
  },
  refused: {
    plain_text_passwd: noClear,
    ssh_import_id: fetchKeys,
    'ssh-import-id': fetchKeys,
    'coreos-ssh-import-github': fetchKeys,
    'coreos-ssh-import-github-users': fetchKeys,
    'coreos-ssh-import-url': fetchKeys,
    ssh_redirect_user: 'Leave it out, and give keys to those who may log in.',
    snapuser: 'Write name: and ssh_authorized_keys: instead; there are no snaps.',
    doas: 'Use sudo:; the image needs the package sudo.',
  },
});

/** One entry of `users`; nothing for `default`, who is root here. */
export function readUser(node: Node, to: Report): PlannedUser | undefined {
  if (node.kind === 'scalar') {
    if (node.value === 'default') {
      return to.warn(
        node.at,
        'the default user is root here, who exists',
        'Leave “default” out, or write ssh_authorized_keys: at the top level for root.',
      );
    }
    const name = accountName(node, 'a user', to);
    return name === undefined ? undefined : userOf({ name }, node.at);
  }
  if (node.kind === 'list')
    return to.error(node.at, `a user is ${kindOf(node)}`, 'Write a name, or a table with name:.');
  const read = readTable(node, 'a user', to);
  if (!read?.value.name) return undefined;
  const { value } = read;
  if (value.primary_group !== undefined && value.no_user_group === false) {
    to.warn(
      read.place('no_user_group'),
      'with primary_group the user has no group of its own',
      'Leave no_user_group out.',
    );
  }
  if (value.passwd !== undefined && value.lock_passwd === undefined) {
    to.warn(
      read.place('passwd'),
      `${value.name} cannot log in by this password, because passwords are locked`,
      'Add lock_passwd: false, or leave passwd out.',
    );
  }
  return userOf(value as typeof value & { name: string }, read.at);
}

type Values = Partial<{ [K in keyof typeof fields]: (typeof fields)[K] extends Shape<infer T> ? T : never }>;

function userOf(value: Values & { name: string }, at: PlannedUser['at']): PlannedUser {
  const { name, uid, gecos, homedir, shell, primary_group, passwd, expiredate } = value;
  const isHashed = passwd?.includes('$') ?? false;
  return {
    name,
    ...(uid !== undefined && { uid }),
    ...(gecos !== undefined && { gecos }),
    ...(homedir !== undefined && { home: homedir }),
    createHome: !(value.no_create_home ?? value.system ?? false),
    ...(shell !== undefined && { shell }),
    ...(primary_group !== undefined && { primaryGroup: primary_group }),
    ownGroup: primary_group === undefined && !value.no_user_group,
    groups: [...new Set(value.groups ?? [])],
    system: value.system ?? false,
    ...(passwd !== undefined && isHashed && { passwordHash: passwd }),
    locked: value.lock_passwd ?? true,
    ...(expiredate !== undefined && { expires: expiredate }),
    sshKeys: value.ssh_authorized_keys ?? [],
    sudo: value.sudo ?? [],
    at,
  };
}

/** All of `users`: a list, a text of names, or a table by name. */
export function readUsers(node: Node, to: Report): PlannedUser[] {
  if (node.kind === 'list') return node.items.flatMap((each) => readUser(each, to) ?? []);
  if (node.kind === 'scalar' && typeof node.value === 'string') {
    const names = node.value.split(',').map((name) => name.trim());
    return names.flatMap((value) => readUser({ ...node, value, source: value }, to) ?? []);
  }
  to.error(
    node.at,
    `users is ${kindOf(node)} and should be a list`,
    'Write each user after “- ”: - name: ada',
  );
  return [];
}
