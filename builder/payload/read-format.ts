import { type PayloadFormat, payloadFormatOf } from '../../protocol/formats/payload/payload.ts';
import { withFile } from '../../system/files/durable.ts';

/** The format that a payload file is in: what is packed anew beside it keeps to that. Throws `payload_invalid`. */
export async function readPayloadFormat(path: string): Promise<PayloadFormat> {
  return withFile(path, 'r', async (file) => {
    const { buffer } = await file.read(Buffer.alloc(8), 0, 8, 0);
    return payloadFormatOf(buffer);
  });
}
