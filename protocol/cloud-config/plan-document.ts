import { suggest } from '../text/suggest.ts';
import type { MapNode, Node } from '../user-data/node.ts';
import type { Plan } from '../user-data/plan.ts';
import type { Report } from '../user-data/report.ts';
import { refuseAddresses } from './coreos/addresses.ts';
import { readCoreos, type UpdateWish } from './coreos/coreos.ts';
import { readInterlock } from './interlock/interlock.ts';
import { localeFile, passwordFile } from './keys/as-files.ts';
import { readCertificates } from './keys/certificates.ts';
import { readCommands } from './keys/commands.ts';
import { readFile } from './keys/files.ts';
import { readGroups } from './keys/groups.ts';
import { hostName, type Names } from './keys/hostname.ts';
import { readMounts, readSwap } from './keys/mounts.ts';
import { otherKeys } from './keys/other-keys.ts';
import { readNtp, readTimezone } from './keys/time.ts';
import { readUser, readUsers } from './keys/users.ts';
import { sshKey } from './keys/words.ts';
import { flag, kindOf, listOf, placed, shown } from './shape/shape.ts';

/** What the parts of a document have said so far, before it is put together. */
export interface Draft {
  plan: Plan;
  names: Names;
  update: UpdateWish;
  /** Keys with one value and the part that said them; a second part cannot say them again. */
  said: Map<string, number>;
}

interface Context {
  node: Node;
  draft: Draft;
  plan: Plan;
  document: MapNode;
  to: Report;
}

const certificates = ({ node, plan, to }: Context) => set(plan, 'caCertificates', readCertificates(node, to));

/** Every key that is read, in the order of its name; lists of several parts are joined. */
const readers: Readonly<Record<string, (context: Context) => void>> = {
  bootcmd: ({ node, plan, to }) => plan.bootCommands.push(...readCommands('bootcmd', node, to)),
  'ca-certs': certificates,
  ca_certs: certificates,
  coreos: ({ node, plan, draft, document, to }) => {
    draft.update = { ...draft.update, ...readCoreos(node, plan, to) };
    refuseAddresses(document, to);
  },
  fqdn: ({ node, draft, to }) => set(draft.names, 'fqdn', placed(hostName)(node, 'fqdn', to)),
  groups: ({ node, plan, to }) => plan.groups.push(...readGroups(node, to)),
  hostname: ({ node, draft, to }) => set(draft.names, 'hostname', placed(hostName)(node, 'hostname', to)),
  interlock: ({ node, plan, to }) => readInterlock(node, plan, to),
  locale: ({ node, plan, to }) => add(plan.files, localeFile(node, to)),
  manage_etc_hosts: ({ node, plan, to }) => {
    const isWord = node.kind === 'scalar' && ['localhost', 'template'].includes(String(node.value));
    if (isWord || flag(node, 'manage_etc_hosts', to)) plan.manageEtcHosts = { at: node.at };
  },
  mount_default_fields: ({ document, node, to }) => {
    if (!nodeOf(document, 'mounts'))
      to.warn(node.at, 'mount_default_fields stands without mounts', 'Leave it out.');
  },
  mounts: ({ node, plan, document, to }) =>
    plan.mounts.push(...readMounts(node, nodeOf(document, 'mount_default_fields'), to)),
  ntp: ({ node, plan, to }) => set(plan, 'ntp', readNtp(node, to)),
  prefer_fqdn_over_hostname: ({ node, draft, to }) =>
    set(draft.names, 'preferFqdn', flag(node, 'prefer_fqdn_over_hostname', to)),
  preserve_hostname: ({ node, draft, to }) => {
    if (flag(node, 'preserve_hostname', to)) draft.names.preserve = node.at;
  },
  runcmd: ({ node, plan, to }) => plan.runCommands.push(...readCommands('runcmd', node, to)),
  ssh_authorized_keys: ({ node, plan, to }) => {
    const keys = listOf(placed(sshKey))(node, 'ssh_authorized_keys', to) ?? [];
    plan.rootKeys.push(...keys.map(({ value, at }) => ({ key: value.trim(), at })));
  },
  ssh_pwauth: ({ node, plan, to }) => add(plan.files, passwordFile(node, to)),
  swap: ({ node, plan, to }) => set(plan, 'swap', readSwap(node, to)),
  timezone: ({ node, plan, to }) => set(plan, 'timezone', readTimezone(node, to)),
  user: ({ node, plan, to }) => add(plan.users, readUser(node, to)),
  users: ({ node, plan, to }) => plan.users.push(...readUsers(node, to)),
  write_files: ({ node, plan, to }) => {
    const files = listOf((each) => readFile(each, to))(node, 'write_files', to) ?? [];
    plan.files.push(...files);
  },
};

/** Keys whose values are lists that parts add to. */
const joined = new Set([
  'bootcmd',
  'groups',
  'mounts',
  'runcmd',
  'ssh_authorized_keys',
  'users',
  'write_files',
  'mount_default_fields',
]);

/** All keys at the top level that are read. */
export const readKeys: readonly string[] = Object.keys(readers);

/** Adds what one `#cloud-config` says to the draft; every problem has its place. */
export function planDocument(node: Node | null, draft: Draft, part: number, to: Report): void {
  if (node === null || (node.kind === 'scalar' && node.value === null)) return;
  if (node.kind !== 'map') {
    to.error(
      node.at,
      `the document is ${kindOf(node)} and should be a table`,
      'Write keys at the beginning of lines: hostname: web-1',
    );
    return;
  }
  for (const { key, at, value } of node.entries) {
    const read = Object.hasOwn(readers, key) ? readers[key] : undefined;
    const before = draft.said.get(key.replace('-', '_'));
    if (!read) explainKey(key, at, to);
    else if (before !== undefined && !joined.has(key))
      to.error(at, `${key} is in part ${before} already`, 'Leave it in one part.');
    else {
      draft.said.set(key.replace('-', '_'), part);
      read({ node: value, draft, plan: draft.plan, document: node, to });
    }
  }
}

function explainKey(key: string, at: Node['at'], to: Report): void {
  const other = Object.hasOwn(otherKeys, key) ? otherKeys[key] : undefined;
  if (other?.treatment === 'ignored') to.warn(at, `${key} ${other.why}`, other.instead);
  else if (other) to.error(at, `${key} ${other.why}`, other.instead);
  else {
    const meant = suggest(key.slice(0, 60), [...readKeys, ...Object.keys(otherKeys)]);
    to.error(
      at,
      `there is no key ${shown(key)}`,
      meant ? `Did you mean ${meant}?` : 'Leave it out; docs/reference/user-data.md lists all keys.',
    );
  }
}

function set<T extends object, K extends keyof T>(target: T, key: K, value: T[K] | undefined): void {
  if (value !== undefined) target[key] = value;
}

function add<T>(list: T[], value: T | undefined): void {
  if (value !== undefined) list.push(value);
}

function nodeOf(document: MapNode, key: string): Node | undefined {
  return document.entries.find((entry) => entry.key === key)?.value;
}
