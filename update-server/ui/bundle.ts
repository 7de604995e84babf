import { createHash } from 'node:crypto';
import { extname } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { bundleSources } from './bundle-sources.ts';

/** One file of the dashboard, ready in each form that browsers ask for. */
export interface PageFile {
  type: string;
  /** Of the bytes, short enough for a tag. */
  hash: string;
  bytes: Buffer;
  gzip: Buffer;
  brotli: Buffer;
}

/** The dashboard's files by path; `/` is the document itself. */
export interface Bundle {
  files: ReadonlyMap<string, PageFile>;
}

const types: Record<string, string> = {
  '': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
const compress = { gzip: promisify(gzip), brotli: promisify(brotliCompress) };

/** The dashboard, bundled. Throws `tool_failed` with the bundler's words. */
export async function bundleDashboard(): Promise<Bundle> {
  const files = new Map<string, PageFile>();
  for (const [path, text] of Object.entries(await bundleSources()))
    files.set(path, await prepare(path, text));
  return { files };
}

async function prepare(path: string, text: string): Promise<PageFile> {
  const bytes = Buffer.from(text);
  const size = { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } };
  return {
    type: types[extname(path)] ?? 'application/octet-stream',
    hash: createHash('sha256').update(bytes).digest('base64url'),
    bytes,
    gzip: await compress.gzip(bytes, { level: 9 }),
    brotli: await compress.brotli(bytes, size),
  };
}
