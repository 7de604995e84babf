import { join } from 'node:path';
import { InterlockError } from '../../protocol/errors.ts';
import { parse, Word } from '../../protocol/schema.ts';
import { channelRole } from '../../protocol/trust.ts';
import { writeDurably } from '../../system/durable.ts';
import { delegateChannel } from './delegate-to.ts';
import { generateKeys, keyFiles } from './generate.ts';
import { keepRole, openKeysFolder, signersOf } from './keys-folder.ts';

/** Makes keys for one more channel, as many as the `releases` role has; the next publication takes it to the server. */
export async function addChannel(dir: string, channel: string, now = new Date()): Promise<void> {
  parse(Word, channel, `channel ${channel}`);
  const folder = await openKeysFolder(dir);
  const role = channelRole(channel);
  if (folder.roles[role]) throw new InterlockError('exists', { what: `channel ${channel}` });
  const { keyIDs } = signersOf('releases', '', folder.roles.targets ?? '');
  const keys = generateKeys([role], keyIDs.length);
  const texts = delegateChannel(folder, channel, keys[role] ?? [], now);
  for (const [file, text] of Object.entries(keyFiles({ [role]: keys[role] ?? [] }))) {
    await writeDurably(join(dir, file), text, 0o600);
  }
  for (const [name, text] of Object.entries(texts).toReversed()) await keepRole(dir, name, text);
}
