import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pack } from 'tar-stream';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { syncFolder, withFile } from '../../system/files/durable.ts';
import { ifAbsent } from '../../system/files/read-error.ts';

/** One file of a bundle; `content` gives exactly `size` bytes. */
export interface BundleFile {
  path: string;
  size: number;
  content: AsyncIterable<Buffer> | Iterable<Buffer>;
}

/** An offline bundle being written: a folder, or one tar file. */
export interface Bundle {
  add(file: BundleFile): Promise<void>;
  /** Gives it its name, once everything is on the disk. */
  finish(): Promise<void>;
  drop(): Promise<void>;
}

/** Starts a bundle; a name that ends in `.tar` makes one file of it. Throws `exists`. */
export async function openBundle(out: string): Promise<Bundle> {
  if (await stat(out).catch(ifAbsent(out, undefined))) throw new InterlockError('exists', { what: out });
  const path = resolve(out);
  const work = join(dirname(path), `.${basename(path)}.${process.pid}.part`);
  await mkdir(dirname(path), { recursive: true });
  const add = out.endsWith('.tar') ? tarFile(work) : folder(work);
  return {
    add: add.file,
    async finish() {
      await add.end();
      await rename(work, path);
      await syncFolder(dirname(path));
    },
    async drop() {
      // the unfinished bundle is removed in the next line, and the first error is already on its way
      await add.end().catch(() => {});
      await rm(work, { recursive: true, force: true });
    },
  };
}

type Adder = { file: Bundle['add']; end(): Promise<void> };

function folder(work: string): Adder {
  const folders = new Set([work]);
  return {
    async file({ path, content }) {
      const name = join(work, path);
      folders.add(dirname(name));
      await mkdir(dirname(name), { recursive: true });
      await withFile(name, 'wx', async (file) => {
        for await (const piece of content) await file.writeFile(piece);
        await file.sync();
      });
    },
    async end() {
      for (const each of folders) await syncFolder(each);
    },
  };
}

function tarFile(work: string): Adder {
  const tar = pack();
  const written = pipeline(tar, createWriteStream(work, { flags: 'wx', flush: true }));
  // not swallowed: `file` and `end` wait for the same promise
  written.catch(() => {});
  return {
    async file({ path, size, content }) {
      const entry = tar.entry({ name: path, size, mode: 0o644, mtime: new Date(0) });
      await Promise.race([pipeline(content, entry), written]);
    },
    async end() {
      tar.finalize();
      await written;
    },
  };
}
