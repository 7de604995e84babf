import { Type } from 'typebox';
import {
  AuditAnswer,
  ChannelsAnswer,
  ReleasesAnswer,
  TrustAnswer,
} from '../../../../protocol/api/operator.ts';
import { InterlockError } from '../../../../protocol/errors/interlock-error.ts';
import { Limit, strict, Word } from '../../../../protocol/schema/schema.ts';
import { roleLives } from '../../../domain/tuf/role-lives.ts';
import type { App } from '../../../routing/app.ts';
import type { Ports } from '../../../routing/ports.ts';

const auditPage = 200;

/** What operators read: releases, channels, and who did what. */
export function catalogueRoutes(app: App, { store, now }: Ports): void {
  app.get('/v1/trust', { schema: { response: { 200: TrustAnswer } } }, async () => {
    const { state } = await store.repository();
    return { roles: roleLives(state, now()) };
  });

  app.get('/v1/releases', { schema: { response: { 200: ReleasesAnswer } } }, async () => ({
    releases: await store.releases(),
  }));

  app.get(
    '/v1/channels/:name',
    { schema: { params: strict({ name: Word }), response: { 200: ChannelsAnswer } } },
    async ({ params: { name } }) => {
      const channels = await store.channels(name);
      if (channels.length === 0) throw new InterlockError('not_found', { what: `a channel of ${name}` });
      return { channels };
    },
  );

  const place = Type.Optional(Type.String({ pattern: '^\\d{1,15}$' }));
  const query = strict({ before: place, after: place, limit: Limit });
  app.get(
    '/v1/audit',
    { schema: { querystring: query, response: { 200: AuditAnswer } } },
    async ({ query: { before, after, limit } }) => {
      const size = Math.min(Number(limit ?? auditPage), auditPage);
      const lines = await store.audit(Number(before ?? Number.MAX_SAFE_INTEGER), size, Number(after ?? 0));
      return { lines, next: lines.length === size ? lines.at(-1)!.seq : null };
    },
  );
}
