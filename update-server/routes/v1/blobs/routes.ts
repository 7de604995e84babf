import { Type } from 'typebox';
import { BlobState, WantedAnswer, WantedRequest } from '../../../../protocol/api/publish.ts';
import { InterlockError } from '../../../../protocol/errors/interlock-error.ts';
import { Sha256, strict } from '../../../../protocol/schema/schema.ts';
import { createReceiver } from '../../../blobs/receive.ts';
import type { App } from '../../../routing/app.ts';
import type { Ports } from '../../../routing/ports.ts';
import { sendBlob } from './send-blob.ts';
import { wantedBlobs } from './wanted.ts';

const params = strict({ sha256: Sha256 });

/** Release bytes in and out, addressed by their hash. */
export function blobRoutes(app: App, ports: Ports): void {
  app.post(
    '/v1/blobs/wanted',
    { schema: { body: WantedRequest, response: { 200: WantedAnswer } }, bodyLimit: 256 * 1024 },
    async ({ body }) => ({ wanted: await wantedBlobs(ports, body.blobs) }),
  );

  app.route({
    method: ['GET', 'HEAD'],
    url: '/v1/blobs/:sha256',
    schema: { params, response: { 200: Type.Any() } },
    handler: (request, reply) => sendBlob(ports, request.params.sha256, request, reply),
  });

  void app.register((raw: App, _options, done) => {
    const receive = createReceiver(ports.blobs, ports.room);
    raw.removeAllContentTypeParsers();
    raw.addContentTypeParser('*', (_request, payload, parsed) => parsed(null, payload));
    raw.put(
      '/v1/blobs/:sha256',
      { schema: { params, response: { 200: BlobState } } },
      async ({ params: { sha256 }, headers, raw: bytes }) => {
        const announced = await ports.store.announcedBlob(sha256);
        if (!announced) throw new InterlockError('not_found', { what: `an announced blob ${sha256}` });
        return receive(announced, headers['content-range'], bytes);
      },
    );
    done();
  });
}
