import { readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'smol-toml';
import { utc } from '../../../protocol/user-data/needed-files.ts';
import type { Plan } from '../../../protocol/user-data/plan.ts';
import {
  localAuthorities,
  mergeHostAuthorities,
  onlyOwnFile,
} from '../../authorities/merge-host-authorities.ts';
import type { Item } from './item.ts';
import type { Manager } from './manager.ts';
import { isThere, putFile } from './write-file.ts';

/** What is set for the host as a whole: its name, time, authorities, and the agent's settings. */
export function systemItems(root: string, plan: Plan, manager: Manager): Item[] {
  const { hostname, manageEtcHosts, timezone, ntp, caCertificates, agent, healthChecks } = plan;
  return [
    ...(hostname ? [{ name: 'hostname', apply: () => setHostname(root, hostname.name) }] : []),
    ...(hostname && manageEtcHosts
      ? [{ name: '/etc/hosts', everyBoot: true, apply: () => nameInHosts(root, hostname) }]
      : []),
    ...(timezone ? [{ name: 'timezone', apply: () => setTimezone(root, timezone.name) }] : []),
    ...(ntp ? [{ name: 'ntp', apply: () => setNtp(root, ntp, manager) }] : []),
    ...(caCertificates ? [{ name: 'ca_certs', apply: () => setAuthorities(root, caCertificates) }] : []),
    ...(agent
      ? [
          {
            name: 'interlock',
            apply: () =>
              putFile(root, '/etc/interlock/agent.d/70-user-data.toml', stringify(agent.inputs), 0o600),
          },
        ]
      : []),
    ...healthChecks.map(({ name, content }) => ({
      name: `health check ${name}`,
      apply: () => putFile(root, `/etc/interlock/health.d/${name}`, content, 0o755),
    })),
  ];
}

async function setHostname(root: string, name: string): Promise<void> {
  await putFile(root, '/etc/hostname', `${name}\n`);
  // the running kernel has one too; a folder has no kernel
  if (root === '/') await writeFile('/proc/sys/kernel/hostname', name);
}

async function nameInHosts(root: string, { name, fqdn }: NonNullable<Plan['hostname']>): Promise<void> {
  const path = join(root, 'etc/hosts');
  // an image without the file gets one
  const lines = (await readFile(path, 'utf8').catch(() => '')).split('\n').filter(Boolean);
  const own = ['127.0.1.1', fqdn, name].filter(Boolean).join(' ');
  const others = lines.filter((line) => !/^127\.0\.1\.1\s/.test(line));
  const text = [...others, own, ''].join('\n');
  if (text !== [...lines, ''].join('\n')) await putFile(root, '/etc/hosts', text);
}

async function setTimezone(root: string, name: string): Promise<void> {
  const zone = `/usr/share/zoneinfo/${name}`;
  const isKnown = await isThere(root, zone);
  if (!isKnown && !utc.test(name)) throw new Error(`the image has no time zone ${name}`);
  await rm(join(root, 'etc/localtime'), { force: true });
  if (isKnown) await symlink(zone, join(root, 'etc/localtime'));
  await putFile(root, '/etc/timezone', `${name}\n`);
}

async function setNtp(
  root: string,
  { enabled, servers, pools }: NonNullable<Plan['ntp']>,
  manager: Manager,
): Promise<void> {
  const service = 'systemd-timesyncd.service';
  if (!(await isThere(root, `/usr/lib/systemd/system/${service}`)))
    throw new Error('the image has no systemd-timesyncd');
  if (!enabled) {
    await manager.disable(service);
    return manager.command('stop', service);
  }
  const all = [...servers, ...pools];
  if (all.length > 0)
    await putFile(root, '/etc/systemd/timesyncd.conf.d/50-user-data.conf', `[Time]\nNTP=${all.join(' ')}\n`);
  await manager.enable(service);
  await manager.command('restart', service);
}

async function setAuthorities(
  root: string,
  { pem, removeDefaults }: NonNullable<Plan['caCertificates']>,
): Promise<void> {
  for (const [index, text] of pem.entries())
    await putFile(root, `${localAuthorities}/user-data-${index + 1}.crt`, `${text.trim()}\n`);
  if (removeDefaults) await putFile(root, onlyOwnFile, '');
  await mergeHostAuthorities(root);
}
