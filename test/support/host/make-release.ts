import { mkdir } from 'node:fs/promises';
import type { Release } from '../../../protocol/documents/release.ts';
import type { PayloadFormat } from '../../../protocol/formats/payload/payload.ts';
import { makeRelease } from '../../builder/support/made-release.ts';

/** A release whose image holds what a file-backed host looks at, and some bytes that nothing compresses. */
export async function makeHostRelease(
  dir: string,
  version: string,
  options: { name?: string; ballast?: Buffer; files?: Record<string, string>; format?: PayloadFormat } = {},
): Promise<Release> {
  await mkdir(dir, { recursive: true });
  const { name = 'made' } = options;
  const osRelease = `ID=interlock\nIMAGE_ID=${name}\nIMAGE_VERSION=${version}\n`;
  const files: Record<string, string | Buffer> = {
    ...options.files,
    'usr/lib/os-release': osRelease,
    ...(options.ballast && { 'usr/lib/ballast': options.ballast }),
  };
  const entries = Object.entries(files)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, content]) => ({
      path,
      type: '0',
      mode: /\.d\//.test(path) ? 0o755 : 0o644,
      content: Buffer.from(content as string),
    }));
  return makeRelease(dir, entries, version, name, options.format);
}
