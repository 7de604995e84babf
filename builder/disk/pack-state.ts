import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryPrefix, withScratch } from '../../system/files/scratch.ts';
import { run } from '../../system/process/run.ts';

const blockLength = 4096;
/** Named one by one: what another machine's mke2fs.conf turns on must not change the bytes, or be news to a kernel. */
const features = [
  'dir_index',
  'dir_nlink',
  'ext_attr',
  'extent',
  'extra_isize',
  'filetype',
  'flex_bg',
  'has_journal',
  'huge_file',
  'large_file',
  'metadata_csum',
  'resize_inode',
  'sparse_super',
  '64bit',
];
const kinds = ['ext4', 'floppy', 'small', 'big', 'huge'];
const configuration = [
  '[defaults]\n\tbase_features = none\n[fs_types]\n',
  ...kinds.map((kind) => `\t${kind} = {\n\t\tfeatures = none\n\t}\n`),
].join('');

/** An empty ext4 inside a disk image. */
export interface StateInput {
  /** Bytes from the image's start. */
  offset: number;
  size: number;
  uuid: string;
  /** Seconds since 1970. */
  time: number;
}

/** Makes the state's file system: empty, for mke2fs(8) lays files out differently each time; the same input, the same bytes. */
export async function packState(disk: string, { offset, size, uuid, time }: StateInput): Promise<void> {
  await withScratch(temporaryPrefix(), async (folder) => {
    const config = join(folder, 'mke2fs.conf');
    await writeFile(config, configuration);
    const extended = `offset=${offset},hash_seed=${uuid},root_owner=0:0,nodiscard,lazy_itable_init=0,lazy_journal_init=0`;
    const layout = ['-t', 'ext4', '-b', String(blockLength), '-I', '256', '-i', '16384', '-m', '1'];
    const own = ['-O', features.join(','), '-L', 'state', '-U', uuid, '-E', extended];
    const blocks = String(Math.floor(size / blockLength));
    await run('mke2fs', ['-q', '-F', ...layout, ...own, disk, blocks], {
      env: {
        ...process.env,
        PATH: `${process.env.PATH}:/usr/sbin:/sbin`,
        LC_ALL: 'C',
        MKE2FS_CONFIG: config,
        E2FSPROGS_FAKE_TIME: String(time),
      },
    });
  });
}
