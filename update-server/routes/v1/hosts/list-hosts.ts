import { Type } from 'typebox';
import { HostFilter } from '../../../../protocol/api/dashboard.ts';
import { HostCursor, HostSort, SortedHostsAnswer, SortOrder } from '../../../../protocol/api/hosts.ts';
import { HostsAnswer } from '../../../../protocol/api/operator.ts';
import { InterlockError } from '../../../../protocol/errors/interlock-error.ts';
import { Limit, strict } from '../../../../protocol/schema/schema.ts';
import { readers } from '../../../routing/access.ts';
import { route } from '../../../routing/route.ts';
import { exportHosts, type HostSource } from './export-hosts.ts';
import { openSortedList } from './sorted-list.ts';

const pageSize = 500;
const types = { csv: 'text/csv', json: 'application/json' } as const;

/** Hosts page by page, or all of them as a file. */
export const listHosts = route({
  method: 'GET',
  url: '/v1/hosts',
  access: readers,
  summary: 'Hosts by id or sorted, with search and filters, as JSON or CSV',
  schema: {
    querystring: strict({
      ...HostFilter.properties,
      after: Type.Optional(HostCursor),
      limit: Limit,
      sort: Type.Optional(HostSort),
      order: Type.Optional(SortOrder),
      format: Type.Optional(Type.Enum(['csv', 'json'])),
    }),
    response: { 200: Type.Unsafe<unknown>(Type.Union([HostsAnswer, SortedHostsAnswer])) },
  },
  handler: (needs: HostSource) => {
    const sorted = openSortedList(needs.store);
    return async ({ query: { after = '', limit, sort, order, format, ...filter }, headers }, reply) => {
      const file = format ?? (headers.accept === types.csv ? 'csv' : undefined);
      if (file) {
        reply.header('content-disposition', `attachment; filename="hosts.${file}"`).type(types[file]);
        return reply.send(exportHosts(needs, filter, file));
      }
      if (after !== '' && after.includes(':') !== Boolean(sort)) {
        throw new InterlockError('bad_input', {
          what: 'querystring',
          problem: 'after is of a list in another order',
        });
      }
      const size = Math.min(Number(limit ?? pageSize), pageSize);
      if (sort) return sorted({ filter, sort, isDescending: order === 'desc', after, limit: size });
      const hosts = await needs.store.findHosts(filter, after, size, needs.now());
      return { hosts, next: hosts.length === size ? hosts.at(-1)!.id : null };
    };
  },
});
