import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createDownload } from '../../../agent/download/download.ts';
import { openLoader } from '../../../agent/loader/loader.ts';
import { findSlotsInFile } from '../../../agent/slots/find-in-file.ts';
import { createSlotPort } from '../../../agent/write/write.ts';
import { parseRelease } from '../../../protocol/documents/release.ts';

/** Writes a release into a host's other slot in a process of its own and prints that process's memory peak. */
const [host, old, next, url] = process.argv.slice(2) as [string, string, string, string];
const read = (folder: string) => parseRelease(readFileSync(join(folder, 'release.json')));
const release = read(next);
const { rootHash } = release.root.verity;
const bootFiles = openLoader(join(host, 'efi'));
const storage = { slots: await findSlotsInFile(join(host, 'disk.img')), esp: join(host, 'efi'), bootFiles };
const target = { version: release.version, rootHash, releaseSha256: '', release, grant: null };
const running = {
  bootId: 'boot',
  slot: 'a',
  rootHash: read(old).root.verity.rootHash,
  name: release.name,
  version: '1.0',
  arch: release.arch,
} as const;
const started = performance.now();
const slots = createSlotPort(storage, createDownload({ sources: [url] }));
await slots.write(target, running, () => {}, new AbortController().signal);
const seconds = (performance.now() - started) / 1000;
const peakKib = Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))![1]);
process.stdout.write(JSON.stringify({ peakKib, seconds }));
