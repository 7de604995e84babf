import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { glob, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { agentStateFolder, identitiesFile } from '../../../protocol/boot/host-layout.ts';
import { etcdFolder } from '../../../protocol/etcd/host-files.ts';
import { syncFolder, writeDurably } from '../../../system/files/durable.ts';
import { putFile } from '../apply/write-file.ts';

/** While this exists, the identity of a former instance is being taken away. */
const renewingFile = '/var/lib/interlock/user-data/renewing';

/** Whether a power cut came while an identity was taken away. */
export function isRenewing(root: string): boolean {
  return existsSync(join(root, renewingFile));
}

/**
 * Makes this host another one: machine id, host keys and whatever else names one machine go, and the units that make
 * them run after this; the agent enrolls anew, without a place in the lock that another host holds. Data of the etcd
 * member are kept aside. Safe to do again.
 */
export async function renewIdentity(root: string, instanceId: string): Promise<void> {
  await mkdir(join(root, dirname(renewingFile)), { recursive: true, mode: 0o700 });
  await writeDurably(join(root, renewingFile), `${instanceId}\n`);
  await putFile(root, '/etc/machine-id', `${randomBytes(16).toString('hex')}\n`, 0o444);
  for (const name of ['identity.json', 'state.json', 'machine-id'])
    await rm(join(root, agentStateFolder, name), { force: true });
  for (const pattern of await readPatterns(root))
    for await (const path of glob(pattern, { cwd: root }))
      await rm(join(root, path), { recursive: true, force: true });
  await keepMemberAside(root, instanceId);
  // another host has another key, and asks the signer anew
  await rm(join(root, etcdFolder), { recursive: true, force: true });
}

/** Ends it, once the new instance is on record. */
export async function endRenewal(root: string): Promise<void> {
  await rm(join(root, renewingFile), { force: true });
  await syncFolder(join(root, dirname(renewingFile)));
}

/** What the image says names one machine; the builder knows its packages. */
async function readPatterns(root: string): Promise<string[]> {
  // an image without such packages has no list
  const text = await readFile(join(root, identitiesFile), 'utf8').catch(() => '');
  return text.split('\n').filter(Boolean);
}

/** Two members with one id destroy each other's cluster; data are never thrown away, for the id may have changed by mistake. */
async function keepMemberAside(root: string, instanceId: string): Promise<void> {
  const folder = await memberFolder(root);
  const member = join(root, folder, 'member');
  if (!existsSync(member)) return;
  const aside = `member.before-${instanceId.replace(/[^\w.-]/g, '_')}`;
  await rename(member, join(root, folder, aside));
  await syncFolder(join(root, folder));
}

async function memberFolder(root: string): Promise<string> {
  for (const file of ['etc/interlock/etcd.env', 'etc/default/etcd']) {
    // a host need not have either
    const text = await readFile(join(root, file), 'utf8').catch(() => '');
    const found = /^ETCD_DATA_DIR=["']?([^"'\n]+)/m.exec(text)?.[1];
    if (found) return found;
  }
  return '/var/lib/etcd/default';
}
