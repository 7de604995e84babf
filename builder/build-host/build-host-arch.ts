import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { Arch } from '../../protocol/schema/schema.ts';

/** The architecture of the build host, as releases name it. */
export function buildHostArch(): Arch {
  if (process.arch === 'x64') return 'x86-64';
  if (process.arch === 'arm64') return 'arm64';
  throw new InterlockError('usage', { problem: `no images for ${process.arch}` });
}
