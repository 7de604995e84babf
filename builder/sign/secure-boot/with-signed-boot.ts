import { join } from 'node:path';
import { hasDosMagic } from '../../../protocol/formats/efi/pe-headers.ts';
import { withFile } from '../../../system/files/durable.ts';
import type { LoadedRelease } from '../../release/check-release.ts';
import { findSigner } from './find-signer.ts';
import { signBoot } from './sign-boot.ts';

/**
 * Signs a checked release for Secure Boot where the keys folder has the key and the boot file is an EFI program: that
 * of a file-backed host may be anything.
 */
export async function withSignedBoot(loaded: LoadedRelease, keysDir: string): Promise<LoadedRelease> {
  const signer = await findSigner(keysDir);
  if (!signer || !(await isEfiProgram(join(loaded.dir, 'boot.efi')))) return loaded;
  return signBoot(loaded, signer);
}

async function isEfiProgram(file: string): Promise<boolean> {
  return withFile(file, 'r', async (handle) => {
    const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return hasDosMagic(buffer);
  });
}
