import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseChannel } from '../../protocol/documents/channel.ts';
import type { TrustFloor } from '../../protocol/documents/trust.ts';
import { ifAbsent } from '../../system/files/read-error.ts';
import { openKeysFolder, readKeptTarget } from '../keys-folder/keys-folder.ts';

/** The floor for the next image of a name: the newest root and the channel documents that this folder has signed. */
export async function makeFloor(
  dir: string,
  name: string,
  stateCompat: string | undefined,
  now = new Date(),
): Promise<TrustFloor> {
  const { root } = await openKeysFolder(dir);
  const folder = `channels/${name}`;
  const path = join(dir, 'targets', folder);
  const files = await readdir(path).catch(ifAbsent(path, []));
  const texts = await Promise.all(files.map((file) => readKeptTarget(dir, `${folder}/${file}`)));
  const documents = texts.flatMap((text) => (text === undefined ? [] : [parseChannel(text)]));
  return {
    format: 1,
    built: `${now.toISOString().slice(0, 19)}Z`,
    root: root.parsed.signed.version,
    channels: Object.fromEntries(documents.map(({ channel, serial }) => [channel, serial])),
    ...(stateCompat === undefined ? {} : { stateCompat }),
  };
}
