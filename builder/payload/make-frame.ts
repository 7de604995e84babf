import { promisify } from 'node:util';
import { constants, type ZstdOptions, zstdCompress } from 'node:zlib';

const compress = promisify<Buffer, ZstdOptions, Buffer>(zstdCompress);
/** A dictionary that begins so is taken for one of zstd's own format. */
const dictionaryMagic = Buffer.from('37a430ec', 'hex');

/** Packs bytes into one zstd frame; `dictionary` is what precedes them or what they replace, if that helps. */
export function makeFrame(bytes: Buffer, dictionary: Buffer | null, level: number): Promise<Buffer> {
  const window = Math.max(10, Math.ceil(Math.log2(bytes.length + (dictionary?.length ?? 0))));
  return compress(bytes, {
    params: {
      [constants.ZSTD_c_compressionLevel]: level,
      ...(dictionary && { [constants.ZSTD_c_windowLog]: window }),
    },
    pledgedSrcSize: bytes.length,
    ...(dictionary && { dictionary }),
  });
}

/** Whether zstd would take these bytes for what they are. */
export function isPlainDictionary(bytes: Buffer): boolean {
  return bytes.length >= 8 && !bytes.subarray(0, 4).equals(dictionaryMagic);
}
