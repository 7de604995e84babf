import { parseTrustFloor, type TrustFloor } from '../../../protocol/documents/trust.ts';

const promisesNothing: TrustFloor = { format: 1, built: '1970-01-01T00:00:00Z', root: 1, channels: {} };

/**
 * The content of the trust floor for an image whose definition names the oldest version that runs on its state, so that
 * a host refuses to go below it without asking a server; with no floor given, the new one holds nothing else.
 * Throws `state_invalid` for a floor that is none.
 */
export function stateFloor(
  floor: Uint8Array | undefined,
  stateCompat: string | null,
): Uint8Array | undefined {
  if (stateCompat === null) return floor;
  const given = floor ? parseTrustFloor(floor) : promisesNothing;
  return Buffer.from(`${JSON.stringify({ ...given, stateCompat }, null, 2)}\n`);
}
