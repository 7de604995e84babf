import { createReadStream } from 'node:fs';
import { packRoot } from '../../builder/root/pack-root.ts';

/** What bench/pack.ts measures, in a process of its own so that its memory can be read: `pack-tar.ts TAR FOLDER`; prints its peak in bytes. */
const [, , tar = '', folder = ''] = process.argv;
await packRoot(createReadStream(tar, { highWaterMark: 1024 * 1024 }), folder, 'bench', {
  buildTime: 1_700_000_000,
});
process.stdout.write(`${process.resourceUsage().maxRSS * 1024}\n`);
