import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { EnrollAnswer, EnrollRequest } from '../../../../protocol/api/check-in.ts';
import { HostFilter } from '../../../../protocol/api/dashboard.ts';
import {
  GroupRequest,
  HoldRequest,
  HostDetail,
  HostsAnswer,
  PinRequest,
  type TokenInfo,
} from '../../../../protocol/api/operator.ts';
import { InterlockError } from '../../../../protocol/errors/interlock-error.ts';
import { Id, knownFields, Limit, strict } from '../../../../protocol/schema/schema.ts';
import { whoIs } from '../../../auth/who-is.ts';
import { explain } from '../../../domain/hosts/explain.ts';
import type { App } from '../../../routing/app.ts';
import type { Ports } from '../../../routing/ports.ts';
import type { NewAudit } from '../../../store/interface/store.ts';
import { enroll } from '../enroll/enroll.ts';
import { exportHosts } from './export-hosts.ts';

const pageSize = 500;
const params = strict({ id: Id });
const nothing = { 204: Type.Null() };
const types = { csv: 'text/csv', json: 'application/json' } as const;

/** How hosts become known, and what operators see of them and decide about them. */
export function hostRoutes(app: App, ports: Ports): void {
  const { store } = ports;
  const missing = (id: string) => new InterlockError('not_found', { what: `host ${id}` });

  app.post(
    '/v1/enroll',
    { schema: { body: EnrollRequest, response: { 200: EnrollAnswer } } },
    async ({ body }) => enroll(ports, knownFields(EnrollRequest, body)),
  );

  const query = strict({
    ...HostFilter.properties,
    after: Type.Optional(Id),
    limit: Limit,
    format: Type.Optional(Type.Enum(['csv', 'json'])),
  });
  app.get(
    '/v1/hosts',
    { schema: { querystring: query, response: { 200: Type.Unsafe<unknown>(HostsAnswer) } } },
    async ({ query: { after = '', limit, format, ...filter }, headers }, reply) => {
      const file = format ?? (headers.accept === types.csv ? 'csv' : undefined);
      if (file) {
        reply.header('content-disposition', `attachment; filename="hosts.${file}"`).type(types[file]);
        return reply.send(exportHosts(ports, filter, file));
      }
      const size = Math.min(Number(limit ?? pageSize), pageSize);
      const hosts = await store.findHosts(filter, after, size, ports.now());
      return { hosts, next: hosts.length === size ? hosts.at(-1)!.id : null };
    },
  );

  app.get(
    '/v1/hosts/:id',
    { schema: { params, response: { 200: HostDetail } } },
    async ({ params: { id } }) => {
      const host = await store.host(id);
      if (!host) throw missing(id);
      const rollout = host.channel
        ? await store.currentRollout(host.name, host.channel, host.arch)
        : undefined;
      return { ...host, why: explain(host, rollout, ports.now()) };
    },
  );

  app.post(
    '/v1/hosts/:id/hold',
    { schema: { params, body: HoldRequest, response: nothing } },
    (request, reply) =>
      decide(request, reply, request.body.held ? 'hold' : 'let go', (id, line) =>
        store.hold(id, request.body.held, line),
      ),
  );

  app.post(
    '/v1/hosts/:id/pin',
    { schema: { params, body: PinRequest, response: nothing } },
    (request, reply) => {
      const { version } = request.body;
      return decide(request, reply, version ? `pin to ${version}` : 'unpin', (id, line) =>
        store.pin(id, version, line),
      );
    },
  );

  app.post(
    '/v1/hosts/:id/group',
    { schema: { params, body: GroupRequest, response: nothing } },
    (request, reply) => {
      const { group } = request.body;
      const action = group ? `put into group ${group}` : 'leave its group to the host';
      return decide(request, reply, action, (id, line) => store.place(id, group, line));
    },
  );

  app.post(
    '/v1/hosts/:id/approve',
    { schema: { params, body: strict({}), response: nothing } },
    (request, reply) => decide(request, reply, 'approve', (id, line) => store.approve(id, line)),
  );

  app.delete('/v1/hosts/:id', { schema: { params, response: nothing } }, (request, reply) =>
    decide(request, reply, 'forget', (id, line) => store.forget(id, line)),
  );

  /** Carries out what an operator decided about one host, and writes down who did. */
  async function decide(
    { params: { id }, operator }: { params: { id: string }; operator: TokenInfo },
    reply: FastifyReply,
    action: string,
    change: (id: string, line: NewAudit) => Promise<boolean>,
  ): Promise<null> {
    const at = ports.now().toISOString();
    const line = { at, who: whoIs(operator), action, subject: `host ${id}`, detail: '' };
    if (!(await change(id, line))) throw missing(id);
    reply.code(204);
    return null;
  }
}
