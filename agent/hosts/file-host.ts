import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Static, Type } from 'typebox';
import { parseJson, Sha256, strict } from '../../protocol/schema/schema.ts';
import { openLoader } from '../loader/loader.ts';
import { checkRoot } from '../slots/check-root.ts';
import { findSlotsInFile } from '../slots/find-in-file.ts';
import type { Host } from './host.ts';
import { readIdentity } from './os-release.ts';
import { reboot } from './reboot.ts';

/** `run/interlock/boot.json`: what the supervisor booted. */
export const BootFacts = strict({
  bootId: Type.String({ pattern: '^[0-9a-f-]{36}$' }),
  slot: Type.Union([Type.Literal('a'), Type.Literal('b')]),
  rootHash: Sha256,
  generation: Type.Integer({ minimum: 1 }),
});
/** The facts as a value. */
export type BootFacts = Static<typeof BootFacts>;

/** Where things lie under a file-backed host's folder. */
export const fileHostPaths = {
  disk: 'disk.img',
  esp: 'efi',
  bootFacts: 'run/interlock/boot.json',
  /** Files of the booted root image. */
  booted: 'run/booted',
  osRelease: 'run/booted/usr/lib/os-release',
} as const;

/** Opens a host that is a folder: a disk file, an ESP folder and the supervisor's facts. `config_invalid` without them. */
export async function openFileHost(root: string): Promise<Host> {
  const at = (path: keyof typeof fileHostPaths) => join(root, fileHostPaths[path]);
  const loader = openLoader(at('esp'));
  const slots = await findSlotsInFile(at('disk'));
  const facts = async () =>
    parseJson(BootFacts, await readFile(at('bootFacts'), 'utf8'), at('bootFacts'), 'config_invalid');
  return {
    loader,
    storage: { slots, esp: at('esp'), bootFiles: loader },
    async running() {
      const { bootId, slot, rootHash } = await facts();
      return { bootId, slot, rootHash, ...(await readIdentity(at('osRelease'))) };
    },
    async readRoot(signal) {
      const { slot, rootHash } = await facts();
      await checkRoot(slots[slot], rootHash, signal);
    },
    reboot: () => reboot('file'),
    async close() {},
  };
}
