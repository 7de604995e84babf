import type { Found } from '../ports/found.ts';
import { unwrap } from '../reading/base64.ts';
import { type Fields, tableOf, textOf } from '../reading/fields.ts';
import { foundOf } from '../reading/found-of.ts';
import { hostnameOf } from '../reading/host-name.ts';
import { sshKeysOf } from '../reading/ssh-keys.ts';
import type { MetadataClient } from './client.ts';

// the name metadata.google.internal leads here; a name server must not lead it elsewhere
const bases = ['http://169.254.169.254', 'http://[fd20:ce::254]'];
const ask = { headers: { 'metadata-flavor': 'Google' } };

/** Reads GCE's metadata: the instance's attributes, and the project's keys unless the instance blocks them. */
export async function readGce(client: MetadataClient): Promise<Found> {
  const base = `${await client.reach(bases, '/computeMetadata/v1/', ask)}/computeMetadata/v1`;
  const table = async (path: string) =>
    tableOf(await client.json(`${base}/${path}/attributes/?recursive=true&alt=json`, ask), path);
  const instance = await table('instance');
  const project = await table('project');
  const hostname = hostnameOf(await client.text(`${base}/instance/hostname`, ask), 'hostname');
  return foundOf({
    source: 'gce',
    instanceId: await client.text(`${base}/instance/id`, ask),
    // the whole name has the project in it and is often longer than a host's name may be
    hostname: hostname?.split('.')[0],
    sshKeys: keysOf(instance, project),
    userData: userDataOf(instance),
  });
}

function userDataOf(instance: Fields): Uint8Array | undefined {
  const text = instance['user-data'];
  if (typeof text !== 'string') return undefined;
  const encoding = textOf(instance['user-data-encoding'], 'user-data-encoding');
  return encoding === 'base64' ? unwrap(text, 'user-data') : Buffer.from(text);
}

/** Lines `user:key`. Keys of people whom nobody invited are not for root: only those that say root, core or cloudinit. */
function keysOf(instance: Fields, project: Fields): string[] {
  const own = [instance['ssh-keys'], instance.sshKeys];
  const isBlocked =
    textOf(instance['block-project-ssh-keys'], 'block-project-ssh-keys')?.toLowerCase() === 'true';
  const shared = isBlocked || instance.sshKeys !== undefined ? [] : [project['ssh-keys'], project.sshKeys];
  const lines = [...own, ...shared].flatMap((value) => (textOf(value, 'ssh-keys') ?? '').split(/\r?\n/));
  const keys = lines.flatMap((line) => {
    const [, user = '', key = ''] = /^([^:\s]+):(.*)$/.exec(line.trim()) ?? [];
    return ['root', 'core', 'cloudinit'].includes(user) && !hasExpired(key) ? [key] : [];
  });
  return sshKeysOf(keys, 'ssh-keys');
}

/** Google's own comment after a key: `google-ssh {"userName":…,"expireOn":…}`. */
function hasExpired(key: string): boolean {
  const until = /google-ssh .*"expireOn"\s*:\s*"([^"]{1,40})"/.exec(key)?.[1];
  return until !== undefined && !(Date.parse(until.replace(/\+0000$/, 'Z')) > Date.now());
}
