import type { Plan } from './plan.ts';
import type { Place, Problem } from './problem.ts';

const shells: Readonly<Record<string, string>> = {
  bash: 'bash',
  zsh: 'zsh',
  fish: 'fish',
  dash: 'dash',
  ksh: 'ksh93u+m',
  tcsh: 'tcsh',
};
const fileSystems: Readonly<Record<string, string>> = {
  nfs: 'nfs-common',
  nfs4: 'nfs-common',
  cifs: 'cifs-utils',
  glusterfs: 'glusterfs-client',
};

/** A package without which a setting does nothing. */
interface Need {
  name: string;
  for: string;
  at: Place;
}

function needsOf({ users, rootKeys, ntp, caCertificates, timezone, mounts, files }: Plan): Need[] {
  const keys = rootKeys[0] ?? users.find(({ sshKeys }) => sshKeys.length > 0);
  const sudoer = users.find(({ sudo }) => sudo.length > 0);
  const etcd = files.find(({ path }) => path === '/etc/interlock/etcd.env');
  return [
    ...(keys ? [{ name: 'openssh-server', for: 'SSH keys', at: keys.at }] : []),
    ...(sudoer ? [{ name: 'sudo', for: 'sudo', at: sudoer.at }] : []),
    ...(ntp?.enabled ? [{ name: 'systemd-timesyncd', for: 'ntp', at: ntp.at }] : []),
    ...(caCertificates ? [{ name: 'ca-certificates', for: 'ca_certs', at: caCertificates.at }] : []),
    ...(timezone && !/^(?:Etc\/)?UTC$/.test(timezone.name)
      ? [{ name: 'tzdata', for: 'timezone', at: timezone.at }]
      : []),
    ...(etcd ? [{ name: 'etcd-server', for: '/etc/interlock/etcd.env', at: etcd.at }] : []),
    ...users.flatMap(({ shell = '', at }) => {
      const name = shells[/^(?:\/usr)?\/bin\/([^/]+)$/.exec(shell)?.[1] ?? ''];
      return name === undefined ? [] : [{ name, for: `the shell ${shell}`, at }];
    }),
    ...mounts.flatMap(({ type, at }) => {
      const name = Object.hasOwn(fileSystems, type) ? fileSystems[type] : undefined;
      return name === undefined ? [] : [{ name, for: `a mount of type ${type}`, at }];
    }),
  ];
}

/** Settings that need a package which the release does not have. */
export function missingPackages(plan: Plan, release: string, packages: ReadonlySet<string>): Problem[] {
  return needsOf(plan)
    .filter(({ name }) => !packages.has(name))
    .map(({ name, for: what, at }) => ({
      at,
      severity: 'error',
      text: `${what} needs the package ${name}, which ${release} does not have`,
      instead: `Add "${name}" to packages in image.toml, or leave it out.`,
    }));
}
