import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Arch } from '../../../protocol/schema/schema.ts';
import { stubFields } from '../lock/initrd-stub.ts';
import { debianArch } from '../lock/required-packages.ts';
import { aptNetwork } from '../network/apt-network.ts';
import type { Network } from '../network/network.ts';
import { type AptSource, formatSource } from './apt-sources.ts';

/** How apt is to be used. */
export interface AptOptions {
  arch: Arch;
  network: Network;
  /** Accept expired indexes. */
  allowExpired: boolean;
}

/**
 * Lays out a root for apt that sees nothing of the build host: no packages but the stub, no sources but the given ones. Returns
 * the path of its configuration, for `APT_CONFIG`.
 */
export async function aptRoot(
  root: string,
  sources: readonly AptSource[],
  { arch, network, allowExpired }: AptOptions,
): Promise<string> {
  await mkdir(join(root, 'lists/partial'), { recursive: true });
  await mkdir(join(root, 'archives/partial'), { recursive: true });
  const { settings, logins } = aptNetwork(
    network,
    sources.map(({ uri }) => uri).filter((uri) => uri.startsWith('http')),
  );
  await writeFile(join(root, 'sources.list'), sources.map(formatSource).join(''));
  await writeFile(join(root, 'preferences'), '');
  await writeFile(join(root, 'auth.conf'), logins, { mode: 0o600 });
  await writeFile(join(root, 'status'), stubStatus());
  const config = join(root, 'apt.conf');
  const all = { ...ownSettings(root, arch), ...settings };
  const checks = `Acquire::Check-Valid-Until "${!allowExpired}";\n`;
  const quoted = Object.entries(all).map(([key, value]) => `${key} "${value}";\n`);
  await writeFile(config, [...quoted, checks].join(''), { mode: 0o600 });
  return config;
}

function ownSettings(root: string, arch: Arch): Record<string, string> {
  return {
    'APT::Architecture': debianArch(arch),
    'APT::Architectures': debianArch(arch),
    'APT::Install-Recommends': 'false',
    'APT::Sandbox::User': '',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '3',
    'Acquire::ForceHash': 'SHA256',
    'Dir::Etc': root,
    'Dir::Etc::netrc': 'auth.conf',
    'Dir::Etc::netrcparts': '/dev/null',
    'Dir::Etc::parts': '/dev/null',
    'Dir::Etc::sourcelist': 'sources.list',
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::Etc::preferences': 'preferences',
    'Dir::Etc::preferencesparts': '/dev/null',
    'Dir::State': root,
    'Dir::State::status': join(root, 'status'),
    'Dir::Cache': root,
    // apt counts itself as essential; an image that is never changed in place has no use for it
    'pkgCacheGen::ForceEssential': ',',
  };
}

function stubStatus(): string {
  return `${[...stubFields, 'Status: install ok installed'].join('\n')}\n\n`;
}
