import { clearTemporary, noteImage, readSides, writeMerged } from './host-accounts.ts';
import { mergeAccounts } from './merge-accounts.ts';

/** Makes the account files of /etc from the running image's and the host's own; says what of the host's does not hold. */
export async function mergeHostAccounts(root: string): Promise<string[]> {
  const sides = await readSides(root);
  if (!sides.own && !Object.values(sides.list).some(Boolean)) return [];
  await clearTemporary(root);
  const merged = mergeAccounts(sides);
  await writeMerged(root, merged, sides);
  return [
    ...merged.taken.map((name) => `the image has an account ${name} now, and the host's own ${name} waits`),
    ...merged.sharing.map(
      (name) => `the host's ${name} has a number that the image gives to another account`,
    ),
  ];
}

/**
 * Writes down from which image's files the host's were made, if nobody did: whoever changed them by hand under this
 * image gets the next one's merged with all that it knows.
 */
export async function noteHostAccounts(root: string): Promise<void> {
  const { own, base, image } = await readSides(root);
  if (own && !base) await noteImage(root, image);
}
