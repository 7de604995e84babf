import type { Found } from '../ports/found.ts';
import { listOf, tableOf, textOf } from '../reading/fields.ts';
import { foundOf } from '../reading/found-of.ts';
import { hostnameOf } from '../reading/host-name.ts';
import { sshKeysOf } from '../reading/ssh-keys.ts';
import type { MetadataClient } from './client.ts';

const bases = ['http://169.254.42.42', 'http://[fd00:42::42]'];

/** Reads Scaleway's metadata. User-data is only given to a privileged port, so that not every user of a host gets it. */
export async function readScaleway(client: MetadataClient): Promise<Found> {
  const base = await client.reach(bases, '/conf?format=json');
  const conf = tableOf(await client.json(`${base}/conf?format=json`), 'conf');
  return foundOf({
    source: 'scaleway',
    instanceId: conf.id,
    hostname: hostnameOf(conf.hostname, 'hostname'),
    sshKeys: [
      ...listOf(conf.ssh_public_keys, 'ssh_public_keys').flatMap((item) =>
        sshKeysOf(tableOf(item, 'ssh_public_keys').key, 'ssh_public_keys'),
      ),
      ...keysInTags(conf.tags),
    ],
    userData: await client.get(`${base}/user_data/cloud-init`, { isPrivileged: true }),
  });
}

/** A tag has no spaces: `AUTHORIZED_KEY=ssh-ed25519_AAAA…`. */
function keysInTags(tags: unknown): string[] {
  const lines = listOf(tags, 'tags').map((tag) => textOf(tag, 'tags') ?? '');
  const keys = lines.flatMap((line) => /^AUTHORIZED_KEY=(.*)$/.exec(line)?.[1] ?? []);
  return sshKeysOf(
    keys.map((key) => key.replaceAll('_', ' ')),
    'tags',
  );
}
