import { PublishAnswer, PublishRequest } from '../../../../protocol/api/publish.ts';
import { publish } from '../../../publish/publish.ts';
import type { App } from '../../../routing/app.ts';
import type { Ports } from '../../../routing/ports.ts';

/** Large enough for metadata that names thousands of releases. */
const bodyLimit = 32 * 1024 * 1024;

/** The one call by which anything becomes visible to hosts. */
export function publishRoutes(app: App, ports: Ports): void {
  app.post(
    '/v1/publish',
    { schema: { body: PublishRequest, response: { 200: PublishAnswer } }, bodyLimit },
    async ({ body, operator }) => publish(ports, body, operator),
  );
}
