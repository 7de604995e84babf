import { Type } from 'typebox';
import { BlobState, WantedAnswer, WantedRequest } from '../../../../protocol/api/publish.ts';
import { InterlockError } from '../../../../protocol/errors/interlock-error.ts';
import { Sha256, strict } from '../../../../protocol/schema/schema.ts';
import type { Blobs } from '../../../blobs/files.ts';
import { createReceiver } from '../../../blobs/receive.ts';
import type { FreeSpace } from '../../../disk/free-space.ts';
import { publishers } from '../../../routing/access.ts';
import { route } from '../../../routing/route.ts';
import type { Store } from '../../../store/interface/store.ts';
import { type SendSources, sendBlob } from './send-blob.ts';
import { type Uploads, wantedBlobs } from './wanted.ts';

const params = strict({ sha256: Sha256 });

const listWanted = route({
  method: 'POST',
  url: '/v1/blobs/wanted',
  access: publishers,
  summary: 'Which blobs still have to be uploaded',
  schema: { body: WantedRequest, response: { 200: WantedAnswer } },
  bodyLimit: 256 * 1024,
  handler:
    (needs: Uploads) =>
    async ({ body }) => ({ wanted: await wantedBlobs(needs, body.blobs) }),
});

const download = route({
  method: ['GET', 'HEAD'],
  url: '/v1/blobs/:sha256',
  access: 'anyone',
  summary: 'The bytes of a blob, also by ranges',
  schema: { params, response: { 200: Type.Any() } },
  handler: (needs: SendSources) => (request, reply) => sendBlob(needs, request.params.sha256, request, reply),
});

const upload = route({
  method: 'PUT',
  url: '/v1/blobs/:sha256',
  access: publishers,
  summary: 'Uploads a blob, or the rest of an interrupted upload',
  schema: { params, response: { 200: BlobState } },
  takesBytes: true,
  handler: ({ store, blobs, space }: { store: Store; blobs: Blobs; space: FreeSpace }) => {
    const receive = createReceiver(blobs, space);
    return async ({ params: { sha256 }, headers, raw: bytes }) => {
      const announced = await store.announcedBlob(sha256);
      if (!announced) throw new InterlockError('not_found', { what: `an announced blob ${sha256}` });
      return receive(announced, headers['content-range'], bytes);
    };
  },
});

/** Release bytes in and out, addressed by their hash. */
export const blobRoutes = [listWanted, download, upload];
