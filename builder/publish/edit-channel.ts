import { withBrake } from '../../protocol/documents/brake.ts';
import type { Channel } from '../../protocol/documents/channel.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { openKeysFolder } from '../keys-folder/keys-folder.ts';
import type { Show } from '../request/describe/show-change.ts';
import {
  type Expected,
  requireExpected,
  withBlocked,
  withFloor,
  withWithdrawn,
} from './change/channel-document.ts';
import { signChannel } from './change/sign-change.ts';
import { type Agree, submit } from './change/submit.ts';
import { readBrake, readChannel } from './repository/read-channel.ts';
import { readRepository, type ServerRepository } from './repository/read-repository.ts';
import { releasedVersion } from './repository/released.ts';
import type { PublishServer } from './repository/server.ts';

/** The channel to show or to change, and how the change is signed. */
export interface ChannelOptions {
  server: PublishServer;
  keysDir: string;
  name: string;
  channel: string;
  /** File for a signing request, in place of sending. */
  exportTo?: string | undefined;
  /** Called with what is signed, as text. */
  show?: Show | undefined;
  /** Asked before any key is used. */
  agree?: Agree | undefined;
  /** The document that the change was meant on top of; any if not given. */
  expected?: Expected | undefined;
  now?: Date;
}

/** Reads a channel's document with its brake, as hosts obey it; checked from the signer's own root on. */
export async function showChannel({ server, keysDir, name, channel }: ChannelOptions): Promise<Channel> {
  const repository = await readRepository(server, await openKeysFolder(keysDir));
  const document = existing(await readChannel(server, repository, name, channel), name, channel);
  return withBrake(document, await readBrake(server, repository, name, channel));
}

/** Blocks a version in a channel (no host starts to install it), or with `reason` null lets it go again. */
export async function blockVersion(
  options: ChannelOptions,
  version: string,
  reason: string | null,
): Promise<boolean> {
  return editChannel(options, (channel) => withBlocked(channel, version, reason));
}

/** Sends hosts of one version straight to a channel's head. */
export async function withdrawVersion(
  options: ChannelOptions,
  version: string,
  reason: string,
): Promise<boolean> {
  return editChannel(options, (channel) => withWithdrawn(channel, version, reason));
}

/** Makes a version a floor of a channel, or takes that back. */
export async function setFloor(options: ChannelOptions, version: string, isFloor: boolean): Promise<boolean> {
  return editChannel(options, (channel, repository) =>
    withFloor(
      channel,
      isFloor ? releasedVersion(repository, options.name, version) : { version, releases: {} },
      isFloor,
    ),
  );
}

async function editChannel(
  options: ChannelOptions,
  edit: (channel: Channel, repository: ServerRepository) => Channel,
): Promise<boolean> {
  const { server, keysDir, name, channel, exportTo, show, agree, expected, now = new Date() } = options;
  return submit({ server, keysDir, name, action: 'channel', exportTo, show, agree, now }, async (present) => {
    const before = existing(await readChannel(server, present.repository, name, channel), name, channel);
    requireExpected(before, expected);
    return signChannel(present, before, edit(before, present.repository), now);
  });
}

function existing(found: Channel | undefined, name: string, channel: string): Channel {
  if (!found) throw new InterlockError('not_found', { what: `${name} in channel ${channel}` });
  return found;
}
