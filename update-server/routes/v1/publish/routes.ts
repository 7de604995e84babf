import { PublishAnswer, PublishRequest } from '../../../../protocol/api/publish.ts';
import { type PublishNeeds, publish } from '../../../publish/publish.ts';
import { publishers } from '../../../routing/access.ts';
import { route } from '../../../routing/route.ts';

/** Large enough for metadata that names thousands of releases. */
const bodyLimit = 32 * 1024 * 1024;

const publishSigned = route({
  method: 'POST',
  url: '/v1/publish',
  access: publishers,
  summary: 'Publishes signed metadata and releases, all or nothing',
  schema: { body: PublishRequest, response: { 200: PublishAnswer } },
  bodyLimit,
  handler:
    (needs: PublishNeeds) =>
    async ({ body, operator }) =>
      publish(needs, body, operator),
});

/** The one call by which anything becomes visible to hosts. */
export const publishRoutes = [publishSigned];
