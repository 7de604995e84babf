import type { Plan, PlannedCommand, PlannedUnit, PlannedUser } from './plan.ts';
import type { Place } from './problem.ts';

/** What would happen on a host, as tables for people; secrets are not in them. */
export interface PlanSection {
  title: string;
  columns: string[];
  rows: { at: Place; cells: string[] }[];
}

type Rows = PlanSection['rows'];

/** Describes a plan; what asks nothing has no table. */
export function describePlan(plan: Plan): PlanSection[] {
  const sections: PlanSection[] = [
    { title: 'Host', columns: ['setting', 'value'], rows: hostRows(plan) },
    {
      title: 'Groups',
      columns: ['group', 'gid', 'members'],
      rows: plan.groups.map(({ name, gid, members, at }) => ({
        at,
        cells: [name, `${gid ?? 'free'}`, members.join(', ')],
      })),
    },
    {
      title: 'Users',
      columns: ['user', 'uid', 'groups', 'SSH keys', 'password', 'sudo'],
      rows: plan.users.map(userRow),
    },
    {
      title: 'SSH keys of root',
      columns: ['key', 'of'],
      rows: plan.rootKeys.map(({ key, at }) => ({ at, cells: keyWords(key) })),
    },
    {
      title: 'Files',
      columns: ['file', 'mode', 'owner', 'bytes', 'how'],
      rows: plan.files.map(({ path, mode, owner, group, content, append, deferred, at }) => {
        const how = [append ? 'added to the end' : 'written', deferred && 'after users']
          .filter(Boolean)
          .join(', ');
        return {
          at,
          cells: [path, mode.toString(8).padStart(4, '0'), `${owner}:${group}`, `${content.length}`, how],
        };
      }),
    },
    {
      title: 'Units',
      columns: ['unit', 'what happens'],
      rows: plan.units.map((unit) => ({ at: unit.at, cells: [unit.name, stepsOf(unit)] })),
    },
    {
      title: 'Mounts',
      columns: ['what', 'where', 'type', 'options'],
      rows: plan.mounts.map(({ what, where, type, options, at }) => ({
        at,
        cells: [what, where, type, options],
      })),
    },
    {
      title: 'Commands',
      columns: ['when', 'command'],
      rows: [
        ...plan.bootCommands.map((command) => commandRow('every boot, before the network', command)),
        ...plan.runCommands.map((command) => commandRow('once, at the end', command)),
      ],
    },
    { title: 'Interlock', columns: ['setting', 'value'], rows: interlockRows(plan) },
  ];
  return sections.filter(({ rows }) => rows.length > 0);
}

function hostRows({ hostname, manageEtcHosts, timezone, ntp, caCertificates, swap }: Plan): Rows {
  return [
    hostname && { at: hostname.at, cells: ['name', hostname.name] },
    hostname?.fqdn && { at: hostname.at, cells: ['full name', hostname.fqdn] },
    manageEtcHosts && { at: manageEtcHosts.at, cells: ['/etc/hosts', 'has the host’s name, at every boot'] },
    timezone && { at: timezone.at, cells: ['time zone', timezone.name] },
    ntp && { at: ntp.at, cells: ['time from', timeFrom(ntp)] },
    caCertificates && { at: caCertificates.at, cells: ['trusts', trusted(caCertificates)] },
    swap && { at: swap.at, cells: ['swap', `${swap.file}, ${swap.size} bytes`] },
  ].filter((row) => Boolean(row)) as Rows;
}

function timeFrom({ enabled, servers, pools }: NonNullable<Plan['ntp']>): string {
  if (!enabled) return 'nowhere: switched off';
  return [...servers, ...pools].join(', ') || 'the image’s servers';
}

function trusted({ pem, removeDefaults }: NonNullable<Plan['caCertificates']>): string {
  const own = `${pem.length} ${pem.length === 1 ? 'authority' : 'authorities'} of its own`;
  return removeDefaults ? `${own}, and none of the image’s` : `${own}, and the image’s`;
}

function userRow({ name, uid, groups, sshKeys, passwordHash, locked, sudo, at }: PlannedUser): Rows[number] {
  const password = passwordHash && !locked ? 'by hash' : 'none';
  return {
    at,
    cells: [name, `${uid ?? 'free'}`, groups.join(', '), `${sshKeys.length}`, password, sudo.join('; ')],
  };
}

/** The type of a key and what it is called; the key itself is too long to be compared by eye. */
function keyWords(key: string): string[] {
  const words = key.split(/\s+/);
  const at = words.findIndex((word) => /^(?:ssh-|ecdsa-|sk-)/.test(word));
  return [words[at] ?? '', words.slice(at + 2).join(' ') || '–'];
}

function stepsOf({ content, dropIns, runtime, mask, enable, command }: PlannedUnit): string {
  const steps = [
    content !== undefined && (runtime ? 'written for this boot' : 'written'),
    ...dropIns.map(({ name }) => `drop-in ${name}`),
    mask === true && 'masked',
    mask === false && 'unmasked',
    enable === true && 'enabled',
    enable === false && 'disabled',
    command && `${command} once`,
  ];
  return steps.filter(Boolean).join(', ') || 'nothing';
}

function commandRow(when: string, { run, at }: PlannedCommand): Rows[number] {
  if (typeof run === 'string') return { at, cells: [when, run.trim()] };
  if (Array.isArray(run)) return { at, cells: [when, run.join(' ')] };
  const [first = ''] = Buffer.from(run.script).toString('utf8').split('\n', 1);
  return { at, cells: [when, `script of ${run.script.length} bytes, by ${first.slice(2).trim()}`] };
}

const secrets: readonly string[] = ['join_token', 'lock.password', 'etcd.join'];

function interlockRows({ agent, healthChecks, metadata, install }: Plan): Rows {
  const settings = agent
    ? flat(agent.inputs).map(([key, value]) => ({
        at: agent.at,
        cells: [key, secrets.includes(key) ? 'given' : value],
      }))
    : [];
  return [
    ...settings,
    ...healthChecks.map(({ name, content, at }) => ({
      at,
      cells: ['health check', `${name}, ${content.length} bytes`],
    })),
    ...(metadata
      ? [
          {
            at: metadata.at,
            cells: [
              'metadata service',
              metadata.access === 'open' ? 'open to every program' : 'shut after the first boot',
            ],
          },
        ]
      : []),
    ...(install
      ? flat(install.orders).map(([key, value]) => ({ at: install.at, cells: [`install.${key}`, value] }))
      : []),
  ];
}

/** Settings of settings as `lock.kind`. */
function flat(value: object, before = ''): [string, string][] {
  return Object.entries(value).flatMap(([key, each]) => {
    const name = `${before}${key}`;
    if (Array.isArray(each)) return [[name, each.join(', ')]];
    return typeof each === 'object' && each !== null ? flat(each, `${name}.`) : [[name, String(each)]];
  });
}
