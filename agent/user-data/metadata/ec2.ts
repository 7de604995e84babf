import type { Found } from '../ports/found.ts';
import { refuse } from '../reading/fields.ts';
import { foundOf } from '../reading/found-of.ts';
import { hostnameOf } from '../reading/host-name.ts';
import { sshKeysOf } from '../reading/ssh-keys.ts';
import type { MetadataClient } from './client.ts';

const bases = ['http://169.254.169.254', 'http://[fd00:ec2::254]'];
const tokenPath = '/latest/api/token';
const tokenAsk = { method: 'PUT', headers: { 'x-aws-ec2-metadata-token-ttl-seconds': '300' } } as const;

/** Reads EC2's metadata by tokens alone (IMDSv2): what a redirected plain request can get is not read. */
export async function readEc2(client: MetadataClient): Promise<Found> {
  const base = await client.reach(bases, tokenPath, tokenAsk);
  const token = await client.text(base + tokenPath, tokenAsk);
  if (!token || !/^[\x21-\x7e]{1,512}$/.test(token)) throw refuse(base + tokenPath, 'gives no token');
  const ask = { headers: { 'x-aws-ec2-metadata-token': token } };
  const text = (name: string) => client.text(`${base}/latest/meta-data/${name}`, ask);
  return foundOf({
    source: 'ec2',
    instanceId: await text('instance-id'),
    hostname: hostnameOf(await text('local-hostname'), 'local-hostname'),
    sshKeys: await readKeys(text),
    userData: await client.get(`${base}/latest/user-data`, ask),
  });
}

/** The list has a line per key, `0=name`; each is a folder. */
async function readKeys(text: (name: string) => Promise<string | undefined>): Promise<string[]> {
  const list = (await text('public-keys/')) ?? '';
  const indexes = list.split('\n').flatMap((line) => /^(\d{1,4})=/.exec(line.trim())?.[1] ?? []);
  const keys = await Promise.all(
    indexes.slice(0, 50).map((index) => text(`public-keys/${index}/openssh-key`)),
  );
  return sshKeysOf(
    keys.filter((key) => key !== undefined),
    'public-keys',
  );
}
