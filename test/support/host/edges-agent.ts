import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createDownload } from '../../../agent/download/download.ts';
import { openFileHost } from '../../../agent/hosts/file-host.ts';
import { createSlotPort } from '../../../agent/write/write.ts';
import { parseRelease } from '../../../protocol/documents/release.ts';

/**
 * An agent of nothing but its edges, for tests of disk, boot loader and supervisor: whatever release lies at the path
 * in `own/target` is written and booted; what comes up is marked good, unless the image says `sick`.
 */
const root = process.argv[3]!;
const host = await openFileHost(root);
const running = await host.running();
await host.loader.tidy(running);
const booted = (await host.loader.entries()).find(
  (entry) => entry.rootHashPrefix === running.rootHash.slice(0, 16),
)!;
if (booted.triesLeft !== null) {
  const sick = readFileSync(join(root, 'etc/interlock/health'), 'utf8').trim() === 'sick';
  if (!sick) await host.loader.markGood(booted.generation);
  else await host.loader.markBad(booted.generation);
  if (sick) await host.reboot();
}
const folder = readFileSync(join(root, 'own/target'), 'utf8').trim();
const release = parseRelease(readFileSync(join(folder, 'release.json')));
const { rootHash } = release.root.verity;
const failed = (await host.loader.entries()).some(
  (entry) => entry.triesLeft === 0 && entry.rootHashPrefix === rootHash.slice(0, 16),
);
if (rootHash !== running.rootHash && !failed) {
  const target = { version: release.version, rootHash, releaseSha256: '', release, grant: null };
  const slots = createSlotPort(host.storage, createDownload({ sources: [`file://${folder}/`] }));
  await slots.write(target, running, () => {}, new AbortController().signal);
  await host.loader.flip(target, running);
  await host.reboot();
}
await host.close();
