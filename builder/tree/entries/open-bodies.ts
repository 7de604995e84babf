import { type FileHandle, open } from 'node:fs/promises';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { shownName } from '../../definition/paths/names.ts';
import type { Body, FileRange } from './body.ts';

const chunkLength = 1024 * 1024;
/** Contents lie in few large files and many small ones; a process may open 1024. */
const mostOpen = 16;

/** Reads contents in pieces and keeps the files used last open until `close`. */
export function openBodies() {
  const open = new Map<string, FileHandle>();
  return {
    async *read({ size, source }: Body): AsyncGenerator<Uint8Array> {
      if (source instanceof Uint8Array) {
        yield source;
        return;
      }
      const handle = await take(open, source);
      for (let at = 0; at < size; at += chunkLength) {
        const bytes = Buffer.allocUnsafe(Math.min(chunkLength, size - at));
        const { bytesRead } = await handle.read(bytes, 0, bytes.length, source.offset + at);
        if (bytesRead !== bytes.length) throw changed(source);
        yield bytes;
      }
      if (source.mtimeMs !== undefined) await checkUnchanged(handle, size, source);
    },
    async close(): Promise<void> {
      for (const handle of open.values()) await handle.close();
      open.clear();
    },
  };
}

async function take(handles: Map<string, FileHandle>, { file }: FileRange): Promise<FileHandle> {
  const key = typeof file === 'string' ? file : `bytes ${file.toString('latin1')}`;
  const found = handles.get(key);
  const handle = found ?? (await open(file, 'r'));
  // the one used last goes to the end
  handles.delete(key);
  handles.set(key, handle);
  const [oldest] = handles;
  if (oldest && handles.size > mostOpen) {
    handles.delete(oldest[0]);
    await oldest[1].close();
  }
  return handle;
}

async function checkUnchanged(handle: FileHandle, size: number, source: FileRange): Promise<void> {
  const now = await handle.stat();
  if (now.size !== size || now.mtimeMs !== source.mtimeMs) throw changed(source);
}

function changed({ file }: FileRange): InterlockError {
  return new InterlockError('bad_input', {
    what: shownName(typeof file === 'string' ? Buffer.from(file) : file),
    problem: 'changed while it was read: build again when no program writes to it',
  });
}
