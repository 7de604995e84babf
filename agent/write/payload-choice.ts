import { fullPayload, type PayloadRef, type Release } from '../../protocol/documents/release.ts';

/** The payloads worth trying, cheapest first: the delta from the running image, then the full one that always fits. */
export function payloadChoice(release: Release, runningRootHash: string): PayloadRef[] {
  const delta = release.payloads.find((payload) => payload.from?.rootHash === runningRootHash);
  return [...(delta ? [delta] : []), fullPayload(release)];
}
