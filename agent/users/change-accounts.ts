import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hostListsFolder } from '../../protocol/boot/host-layout.ts';
import { writeDurably } from '../../system/files/durable.ts';
import { privateFile, privateFolder } from '../../system/files/private-files.ts';
import { type Book, closeBook, openBook } from './add-accounts.ts';
import { readSides, writeMerged } from './host-accounts.ts';
import { mergeAccounts } from './merge-accounts.ts';

/** Lets `edit` change the host's accounts, and writes them: the host's list first, so that a power cut loses nothing of it. */
export async function changeAccounts(root: string, now: Date, edit: (book: Book) => void): Promise<void> {
  const sides = await readSides(root);
  const current = mergeAccounts(sides);
  const file = join(root, hostListsFolder, 'numbers');
  const numbers = await readNumbers(file);
  const book = openBook(
    current.accounts,
    numbers,
    Math.floor(now.getTime() / 86_400_000),
    await usualShell(root),
  );
  edit(book);
  if (book.numbers.size > numbers.size) {
    await mkdir(join(root, hostListsFolder), { recursive: true, mode: privateFolder });
    const text = [...book.numbers].map(([name, number]) => `${name} ${number}\n`).join('');
    await writeDurably(file, text, privateFile);
  }
  const merged = mergeAccounts({
    ...sides,
    base: sides.base ?? sides.image,
    own: closeBook(book),
    list: current.list,
  });
  await writeMerged(root, merged, sides);
}

async function readNumbers(file: string): Promise<Map<string, number>> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const pairs = text
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split(' '));
  return new Map(pairs.map(([name = '', number]) => [name, Number(number)]));
}

async function usualShell(root: string): Promise<string | undefined> {
  // Debian's own default is what useradd takes when this file is missing
  const text = await readFile(join(root, 'etc/default/useradd'), 'utf8').catch(() => '');
  return /^SHELL=(\S+)/m.exec(text)?.[1];
}
