import { Type } from 'typebox';
import { HostFilter } from '../../../../protocol/api/dashboard.ts';
import { HostsAnswer } from '../../../../protocol/api/operator.ts';
import { Id, Limit, strict } from '../../../../protocol/schema/schema.ts';
import { readers } from '../../../routing/access.ts';
import { route } from '../../../routing/route.ts';
import { exportHosts, type HostSource } from './export-hosts.ts';

const pageSize = 500;
const types = { csv: 'text/csv', json: 'application/json' } as const;

/** Hosts page by page, or all of them as a file. */
export const listHosts = route({
  method: 'GET',
  url: '/v1/hosts',
  access: readers,
  summary: 'Hosts by id, with search and filters, as JSON or CSV',
  schema: {
    querystring: strict({
      ...HostFilter.properties,
      after: Type.Optional(Id),
      limit: Limit,
      format: Type.Optional(Type.Enum(['csv', 'json'])),
    }),
    response: { 200: Type.Unsafe<unknown>(HostsAnswer) },
  },
  handler:
    (needs: HostSource) =>
    async ({ query: { after = '', limit, format, ...filter }, headers }, reply) => {
      const file = format ?? (headers.accept === types.csv ? 'csv' : undefined);
      if (file) {
        reply.header('content-disposition', `attachment; filename="hosts.${file}"`).type(types[file]);
        return reply.send(exportHosts(needs, filter, file));
      }
      const size = Math.min(Number(limit ?? pageSize), pageSize);
      const hosts = await needs.store.findHosts(filter, after, size, needs.now());
      return { hosts, next: hosts.length === size ? hosts.at(-1)!.id : null };
    },
});
