import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { clientEnvironmentFile, memberEnvironmentFile } from '../../protocol/etcd/host-files.ts';
import type { WantedMode } from '../../protocol/etcd/signing.ts';
import { problemOf, Word } from '../../protocol/schema/schema.ts';
import { openEtcd } from '../../system/etcd/etcd.ts';
import { writeDurably } from '../../system/files/durable.ts';
import { privateFile } from '../../system/files/private-files.ts';
import type { EtcdSettings } from '../config/settings.ts';
import { addressTowards } from './ask-signer.ts';
import { type Discovery, openDiscovery } from './discovery.ts';
import { clientEnvironment, memberEnvironment } from './environment.ts';
import { getSigned } from './get-signed.ts';
import { type HostEtcd, readHostEtcd, writeHostEtcd } from './host-etcd.ts';
import { joinRunning } from './join-running.ts';
import { firstOf, hasRoom, type Met, meet, waitForAll } from './meet.ts';
import { loginOf, tlsOf } from './open-etcd.ts';
import type { Waiting } from './patience.ts';

/** What a host that gets into its etcd goes by. */
export interface PrepareOptions {
  root: string;
  settings: EtcdSettings;
  /** PEM of the authority of the discovery's server. */
  discoveryCa?: string | undefined;
  waiting: Waiting;
}

/**
 * Makes this host a member or a client of its etcd: certificates first, then a meeting of the members, and last the environment that
 * etcd starts with. Each step is on the disk before the next, so that a power cut anywhere is gone on from.
 */
export async function prepareEtcd(options: PrepareOptions): Promise<HostEtcd> {
  const { root, settings } = options;
  const known = (await readHostEtcd(root)) ?? (await writeHostEtcd(root, await newHost(root, settings)));
  if (known.ready) return known;
  const { discovery: url } = settings;
  const discovery = url ? openDiscovery(url, options.discoveryCa) : null;
  const signed = known.mode
    ? known
    : await sign(options, known, await modeFor(settings.mode, discovery, known));
  if (signed.mode === 'client') return becomeClient(options, signed, discovery);
  const met = await startOf(options, signed, discovery);
  if (met) return becomeMember(root, signed, met);
  if (settings.mode === 'member')
    throw new InterlockError('discovery_refused', { url: url ?? '', problem: 'the cluster is full' });
  return becomeClient(options, await sign(options, signed, 'client'), discovery);
}

async function newHost(root: string, { address, signer }: EtcdSettings): Promise<HostEtcd> {
  return {
    format: 1,
    name: await nameOf(root),
    address: address ?? (await addressTowards(signer)),
    registration: randomBytes(8).toString('hex'),
    mode: null,
    replaces: false,
    members: [],
    ready: false,
  };
}

async function nameOf(root: string): Promise<string> {
  const file = join(root, 'etc/hostname');
  // the kernel has the name of a machine; a folder has the file alone
  const full = root === '/' ? hostname() : (await readFile(file, 'utf8')).trim();
  const [name = ''] = full.toLowerCase().split('.');
  if (name !== 'localhost' && !problemOf(Word, name)) return name;
  throw new InterlockError('config_invalid', { file, problem: 'a host of an etcd needs a name of its own' });
}

/** Others may have come first; the signer has the last word. */
async function modeFor(wanted: WantedMode, discovery: Discovery | null, self: HostEtcd): Promise<WantedMode> {
  if (wanted !== 'auto' || !discovery) return wanted;
  const meeting = await discovery.look();
  if (!meeting) return 'auto';
  // one that comes in the place of a lost member finds a cluster that is full of others, itself among them
  const isNamed = firstOf(meeting).some(({ name }) => name === self.name);
  return isNamed || hasRoom(meeting, self.registration) ? 'auto' : 'client';
}

async function sign({ root, settings }: PrepareOptions, self: HostEtcd, mode: WantedMode): Promise<HostEtcd> {
  const signed = await getSigned(root, settings, self, mode);
  const { replaces, members } = signed;
  return writeHostEtcd(root, { ...self, mode: signed.mode, replaces, members });
}

async function startOf(
  { root, settings, waiting }: PrepareOptions,
  self: HostEtcd,
  discovery: Discovery | null,
): Promise<Met | null> {
  if (!self.replaces) return discovery && meet(settings.discovery ?? '', discovery, self, waiting);
  const others = self.members.filter(({ name }) => name !== self.name);
  const open = async () => openEtcd({ ...(await tlsOf(root, others)), ...(await loginOf(root, 'root')) });
  return joinRunning(self, open, waiting);
}

async function becomeMember(root: string, self: HostEtcd, { members, start }: Met): Promise<HostEtcd> {
  await writeDurably(join(root, memberEnvironmentFile), memberEnvironment(root, self, start), privateFile);
  return finish(root, { ...self, members });
}

/** A week after the beginning the discovery has forgotten the members; the signer knows them. */
async function becomeClient(
  { root, settings, waiting }: PrepareOptions,
  self: HostEtcd,
  discovery: Discovery | null,
): Promise<HostEtcd> {
  const meeting = discovery && (await discovery.look());
  if (!meeting || !discovery) {
    if (self.members.length === 0)
      throw new InterlockError('etcd_forming', { problem: 'the signer knows no member' });
    return finish(root, self);
  }
  const found = firstOf(await waitForAll(settings.discovery ?? '', discovery, waiting));
  return finish(root, { ...self, members: found.map(({ name, address }) => ({ name, address })) });
}

async function finish(root: string, self: HostEtcd): Promise<HostEtcd> {
  const environment = clientEnvironment(root, self.members);
  await writeDurably(join(root, clientEnvironmentFile), environment, privateFile);
  return writeHostEtcd(root, { ...self, ready: true });
}
