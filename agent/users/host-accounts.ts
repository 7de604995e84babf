import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { hostListsFolder, imageEtcFolder, ownEtcFolder } from '../../protocol/boot/host-layout.ts';
import { writeDurably } from '../../system/files/durable.ts';
import { type Ownership, writeOwned } from '../../system/files/owned-file.ts';
import { privateFile, privateFolder } from '../../system/files/private-files.ts';
import { type AccountFile, type Accounts, accountFiles, noAccounts } from './account-files.ts';
import type { Merged, Sides } from './merge-accounts.ts';

/** The account files of the host at `root`, from the overlay's two sides and from what the host keeps about them. */
export async function readSides(root: string): Promise<Sides> {
  const lists = join(root, hostListsFolder);
  const [image, base, upper, list] = await Promise.all([
    readAccounts(join(root, imageEtcFolder)),
    readAccounts(join(lists, 'image')),
    readAccounts(join(root, ownEtcFolder)),
    readAccounts(lists),
  ]);
  const isAny = (accounts: Accounts) => Object.values(accounts).some(Boolean);
  // what the host has not of its own shows the image's through the overlay
  const own = isAny(upper) ? await readAccounts(join(root, 'etc')) : null;
  return { image, base: isAny(base) ? base : null, own, list };
}

/** Keeps the list and which image's files it stands beside, then replaces those files of /etc that change. */
export async function writeMerged(root: string, { accounts, list }: Merged, { image }: Sides): Promise<void> {
  const folder = join(root, hostListsFolder);
  await keepAccounts(folder, list);
  const current = await readAccounts(join(root, 'etc'));
  for (const file of accountFiles) {
    const lines = accounts[file];
    if (lines === null || lines.join('\n') === current[file]?.join('\n')) continue;
    const path = join(root, 'etc', file);
    await writeOwned(path, textOf(lines), await ownershipOf(root, file));
  }
  await noteImage(root, image);
}

/** Writes down from which image's files the host's were made. */
export async function noteImage(root: string, image: Accounts): Promise<void> {
  await keepAccounts(join(root, hostListsFolder, 'image'), image);
}

async function keepAccounts(folder: string, accounts: Accounts): Promise<void> {
  await mkdir(folder, { recursive: true, mode: privateFolder });
  const before = await readAccounts(folder);
  for (const file of accountFiles) {
    const [lines, then] = [accounts[file], before[file]];
    if (lines === null && then !== null) await rm(join(folder, file), { force: true });
    if (lines !== null && lines.join('\n') !== then?.join('\n'))
      await writeDurably(join(folder, file), textOf(lines), privateFile);
  }
}

async function readAccounts(folder: string): Promise<Accounts> {
  const read = accountFiles.map(async (file) => [file, await linesOf(join(folder, file))] as const);
  return { ...noAccounts, ...Object.fromEntries(await Promise.all(read)) };
}

/** Bytes count, not letters: what another program wrote must come out as it was. */
async function linesOf(path: string): Promise<string[] | null> {
  const text = await readFile(path, 'latin1').catch((error: NodeJS.ErrnoException) => {
    // a character device stands in the overlay for a file that was deleted on the host
    if (error.code === 'ENOENT' || error.code === 'ENXIO') return null;
    throw error;
  });
  return text === null ? null : text.split('\n').filter(Boolean);
}

function textOf(lines: readonly string[]): Uint8Array {
  return Buffer.from(lines.map((line) => `${line}\n`).join(''), 'latin1');
}

/** As the file is, else as the image has it, else as Debian makes it. */
async function ownershipOf(root: string, file: AccountFile): Promise<Ownership> {
  for (const folder of [join(root, 'etc'), join(root, imageEtcFolder)]) {
    // what is missing is asked for in the next place
    const facts = await stat(join(folder, file)).catch(() => null);
    if (facts) return { mode: facts.mode & 0o7777, uid: facts.uid, gid: facts.gid };
  }
  const isSecret = file === 'shadow' || file === 'gshadow';
  return { mode: isSecret ? 0o640 : 0o644, uid: 0, gid: isSecret ? 42 : 0 };
}

/** Removes what a power cut left beside the account files. */
export async function clearTemporary(root: string): Promise<void> {
  const folder = join(root, 'etc');
  const isLeft = (name: string) =>
    accountFiles.some((file) => name.startsWith(`${file}.`)) && name.endsWith('.tmp');
  for (const name of (await readdir(folder)).filter(isLeft)) await rm(join(folder, name), { force: true });
}
