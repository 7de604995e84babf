import type { Plan, PlannedUser } from './plan.ts';
import type { Place, Problem } from './problem.ts';

/** A file of the image without which a setting does nothing. */
interface Need {
  path: string;
  /** Debian's package that has it, where there is one. */
  package?: string;
  for: string;
  at: Place;
}

const fstab = 'usr/lib/systemd/system-generators/systemd-fstab-generator';
const fileSystems: Readonly<Record<string, { path: string; package: string }>> = {
  nfs: { path: 'usr/sbin/mount.nfs', package: 'nfs-common' },
  nfs4: { path: 'usr/sbin/mount.nfs4', package: 'nfs-common' },
  cifs: { path: 'usr/sbin/mount.cifs', package: 'cifs-utils' },
  glusterfs: { path: 'usr/sbin/mount.glusterfs', package: 'glusterfs-client' },
};

/** What a host without time zones has. */
export const utc = /^(?:Etc\/)?UTC$/;

/** Settings that need a file which the image does not have; `has` knows paths below `/usr` and `/etc` as they are in the image. */
export function missingFiles(plan: Plan, release: string, has: (path: string) => boolean): Problem[] {
  return needsOf(plan)
    .filter(({ path }) => !has(path))
    .map(({ path, package: name, for: what, at }) => ({
      at,
      severity: 'error',
      text: `${what}: ${release} has no /${path}`,
      instead: name
        ? `Add "${name}" to packages in image.toml, take the file out of remove, or leave the setting out.`
        : 'Name one that the image has, or leave the setting out.',
    }));
}

function needsOf(plan: Plan): Need[] {
  const { users, rootKeys, ntp, caCertificates, timezone, mounts, swap, files } = plan;
  const keys = rootKeys[0] ?? users.find(({ sshKeys }) => sshKeys.length > 0);
  const sudoer = users.find(({ sudo }) => sudo.length > 0);
  const etcd = files.find(({ path }) => path === '/etc/interlock/etcd.env');
  const units = 'usr/lib/systemd/system';
  const needs: (Need | undefined | false)[] = [
    keys && { path: 'usr/sbin/sshd', package: 'openssh-server', for: 'SSH keys', at: keys.at },
    sudoer && { path: 'usr/bin/sudo', package: 'sudo', for: 'sudo', at: sudoer.at },
    ntp && {
      path: `${units}/systemd-timesyncd.service`,
      package: 'systemd-timesyncd',
      for: 'ntp',
      at: ntp.at,
    },
    caCertificates && {
      path: 'etc/ssl/certs/ca-certificates.crt',
      package: 'ca-certificates',
      for: 'ca_certs',
      at: caCertificates.at,
    },
    timezone &&
      !utc.test(timezone.name) && {
        path: `usr/share/zoneinfo/${timezone.name}`,
        package: 'tzdata',
        for: 'timezone',
        at: timezone.at,
      },
    etcd && {
      path: 'usr/bin/etcd',
      package: 'etcd-server',
      for: '/etc/interlock/etcd.env',
      at: etcd.at,
    },
    mounts[0] && { path: fstab, package: 'systemd', for: 'mounts', at: mounts[0].at },
    swap && { path: fstab, package: 'systemd', for: 'swap', at: swap.at },
    swap && { path: 'usr/sbin/mkswap', package: 'util-linux', for: 'swap', at: swap.at },
  ];
  const mounted = mounts.flatMap(({ type, at }) =>
    Object.hasOwn(fileSystems, type) ? [{ ...fileSystems[type]!, for: `a mount of type ${type}`, at }] : [],
  );
  return [...needs.filter((need): need is Need => Boolean(need)), ...users.flatMap(shellOf), ...mounted];
}

/** Who logs in gets a shell; the image's folders of programs are links into /usr. */
function shellOf({ shell, at }: PlannedUser): Need[] {
  if (!shell) return [];
  const path = shell.slice(1).replace(/^(?=s?bin\/)/, 'usr/');
  // what a host writes by itself is not in the image
  return /^(?:var|etc|opt|home|usr\/local)\//.test(path) ? [] : [{ path, for: `the shell ${shell}`, at }];
}
