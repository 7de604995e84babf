import { type Brake, parseBrake } from '../../../protocol/documents/brake.ts';
import { type Channel, parseChannel } from '../../../protocol/documents/channel.ts';
import { brakeRole, brakeTarget, channelRole, channelTarget } from '../../../protocol/documents/trust.ts';
import { readTarget, type ServerRepository } from './read-repository.ts';
import type { PublishServer } from './server.ts';

/** Reads a channel's signed document, or undefined for a channel without one. */
export async function readChannel(
  server: PublishServer,
  repository: ServerRepository,
  name: string,
  channel: string,
): Promise<Channel | undefined> {
  const text = await readTarget(server, repository, channelRole(channel), channelTarget(name, channel));
  return text === undefined ? undefined : parseChannel(text);
}

/** Reads a channel's brake document, or undefined while it was never pulled. */
export async function readBrake(
  server: PublishServer,
  repository: ServerRepository,
  name: string,
  channel: string,
): Promise<Brake | undefined> {
  const text = await readTarget(server, repository, brakeRole(channel), brakeTarget(name, channel));
  return text === undefined ? undefined : parseBrake(text);
}
