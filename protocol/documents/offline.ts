import { type Static, Type } from 'typebox';
import { parseJson, strict, Version, Word } from '../schema/schema.ts';

/**
 * A release on a medium that is carried to a host: below a folder, or in a tar file, metadata, targets and blobs lie under
 * the very paths at which an update server shows them (`paths` in publish.ts), and this file says what to take. It is a
 * hint like a server's offer: what counts is what the signed documents say.
 */
export const offlineOfferFile = 'offer.json';

/** `offer.json`: the release that a medium offers, and the channel it is for. */
export const OfflineOffer = strict({
  format: Type.Literal(1),
  name: Word,
  channel: Word,
  version: Version,
});
export type OfflineOffer = Static<typeof OfflineOffer>;

/** Reads `offer.json`. Throws `bad_input`. */
export function parseOfflineOffer(text: string | Uint8Array): OfflineOffer {
  return parseJson(OfflineOffer, text, offlineOfferFile, 'bad_input');
}
