import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Static, Type } from 'typebox';
import { parseJson } from '../../../protocol/schema/schema.ts';
import { writeDurably } from '../../../system/files/durable.ts';
import { privateFile, privateFolder } from '../../../system/files/private-files.ts';
import type { Found } from '../ports/found.ts';

/** As it was given, so that a later agent reads it by its own rules. */
const Kept = Type.Object({
  format: Type.Literal(1),
  instanceId: Type.String(),
  hostname: Type.Optional(Type.String()),
  /** In base64. */
  userData: Type.Optional(Type.String()),
});

const keptFile = '/var/lib/interlock/user-data/document.json';

/** Keeps the document of an instance for a boot at which its source says nothing. */
export async function keepDocument(root: string, { instanceId, hostname, userData }: Found): Promise<void> {
  const path = join(root, keptFile);
  const kept: Static<typeof Kept> = {
    format: 1,
    instanceId,
    ...(hostname !== undefined && { hostname }),
    ...(userData && { userData: Buffer.from(userData).toString('base64') }),
  };
  const text = `${JSON.stringify(kept)}\n`;
  // none yet, or not to be read: it is written
  if ((await readFile(path, 'utf8').catch(() => '')) === text) return;
  await mkdir(dirname(path), { recursive: true, mode: privateFolder });
  await writeDurably(path, text, privateFile);
}

/** Reads it; null where none is kept, or it is damaged. */
export async function readKeptDocument(
  root: string,
): Promise<Pick<Found, 'instanceId' | 'hostname' | 'userData'> | null> {
  const path = join(root, keptFile);
  try {
    const { instanceId, hostname, userData } = parseJson(Kept, await readFile(path, 'utf8'), path);
    return {
      instanceId,
      ...(hostname !== undefined && { hostname }),
      ...(userData !== undefined && { userData: Buffer.from(userData, 'base64') }),
    };
  } catch {
    // none, or torn by a disk: the source says it again
    return null;
  }
}

/** A document may hold secrets, so it is kept only where a boot needs it. */
export async function forgetDocument(root: string): Promise<void> {
  await rm(join(root, keptFile), { force: true });
}
