import { channelRole } from '../../../protocol/documents/trust.ts';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { suggest, whatThereIs } from '../../../protocol/text/suggest.ts';
import type { Present } from './submit.ts';

/** Throws `not_found` for a channel that the keys know nothing of, with what was probably meant: nothing is signed for a slip. */
export function requireChannel({ targets }: Present, channel: string): void {
  const roles = Object.keys(targets.parsed.signed.delegations?.roles ?? {});
  if (roles.includes(channelRole(channel))) return;
  const prefix = channelRole('');
  const channels = roles.filter((role) => role.startsWith(prefix)).map((role) => role.slice(prefix.length));
  const there = whatThereIs(channel, channels);
  const isSlip = suggest(channel, channels) !== undefined;
  const known = isSlip ? there : `${there}; a channel is added by \`interlock keys add-channel\``;
  throw new InterlockError('not_found', { what: `channel ${channel}`, known });
}
