import { blockVersion, type ChannelOptions, showChannel } from '../../../builder/publish/edit-channel.ts';
import { publish } from '../../../builder/publish/publish.ts';
import type { Client } from '../../../cli/client/client.ts';
import { makeRelease, sha256 } from '../support/make-release.ts';
import type { Ledger } from './ledger.ts';

/** Blocks one version more, and enters the serial that the channel then has. */
export async function editChannel(ledger: Ledger, channel: ChannelOptions, version: string): Promise<void> {
  await blockVersion(channel, version, 'bad');
  const { serial } = await showChannel(channel);
  ledger.note((facts) => {
    facts.serial = Math.max(facts.serial, serial);
  });
}

/** Hands out a token and enters it. */
export async function makeToken(ledger: Ledger, server: Client, name: string): Promise<void> {
  const { id, token } = await server.post<{ id: string; token: string }>('v1/tokens', {
    role: 'viewer',
    name,
  });
  ledger.note(({ tokens }) => tokens.set(id, token));
}

/** Publishes a release of its own bytes and enters it; its folder is made below `dir`. */
export async function publishRelease(
  ledger: Ledger,
  { server, keysDir, channel }: ChannelOptions,
  dir: string,
  version: string,
): Promise<void> {
  const { dir: releaseDir, payload } = makeRelease(dir, version, { payloadSize: 2_000_000 });
  await publish({ server, keysDir, releaseDir, channel });
  ledger.note(({ releases }) => releases.set(version, sha256(payload)));
}
