import { Type } from 'typebox';
import { EnrollAnswer, EnrollRequest } from '../../protocol/check-in.ts';
import { InterlockError } from '../../protocol/errors.ts';
import { GroupRequest, HoldRequest, HostDetail, HostsAnswer, PinRequest } from '../../protocol/operator.ts';
import { Id, strict } from '../../protocol/schema.ts';
import type { App } from '../app.ts';
import { whoIs } from '../operators/who-is.ts';
import type { Ports } from '../ports.ts';
import { enroll } from './enroll.ts';
import { explain } from './explain.ts';

const pageSize = 500;
const params = strict({ id: Id });
const nothing = { 204: Type.Null() };

/** How hosts become known, and what operators see of them and decide about them. */
export function hostRoutes(app: App, ports: Ports): void {
  const { store } = ports;
  const missing = (id: string) => new InterlockError('not_found', { what: `host ${id}` });

  app.post(
    '/v1/enroll',
    { schema: { body: EnrollRequest, response: { 200: EnrollAnswer } } },
    async ({ body }) => enroll(ports, body),
  );

  app.get(
    '/v1/hosts',
    { schema: { querystring: strict({ after: Type.Optional(Id) }), response: { 200: HostsAnswer } } },
    async ({ query }) => {
      const hosts = await store.hosts(query.after ?? '', pageSize);
      return { hosts, next: hosts.length === pageSize ? hosts.at(-1)!.id : null };
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
    async ({ params: { id }, body: { held }, operator }, reply) => {
      const action = held ? 'hold' : 'let go';
      if (!(await store.hold(id, held, auditLine(action, id, operator)))) throw missing(id);
      return reply.code(204).send(null);
    },
  );

  app.post(
    '/v1/hosts/:id/pin',
    { schema: { params, body: PinRequest, response: nothing } },
    async ({ params: { id }, body: { version }, operator }, reply) => {
      const action = version ? `pin to ${version}` : 'unpin';
      if (!(await store.pin(id, version, auditLine(action, id, operator)))) throw missing(id);
      return reply.code(204).send(null);
    },
  );

  app.post(
    '/v1/hosts/:id/group',
    { schema: { params, body: GroupRequest, response: nothing } },
    async ({ params: { id }, body: { group }, operator }, reply) => {
      const action = group ? `put into group ${group}` : 'leave its group to the host';
      if (!(await store.place(id, group, auditLine(action, id, operator)))) throw missing(id);
      return reply.code(204).send(null);
    },
  );

  app.post(
    '/v1/hosts/:id/approve',
    { schema: { params, body: strict({}), response: nothing } },
    async ({ params: { id }, operator }, reply) => {
      if (!(await store.approve(id, auditLine('approve', id, operator)))) throw missing(id);
      return reply.code(204).send(null);
    },
  );

  app.delete(
    '/v1/hosts/:id',
    { schema: { params, response: nothing } },
    async ({ params: { id }, operator }, reply) => {
      if (!(await store.forget(id, auditLine('forget', id, operator)))) throw missing(id);
      return reply.code(204).send(null);
    },
  );

  function auditLine(action: string, id: string, operator: Parameters<typeof whoIs>[0]) {
    return {
      at: ports.now().toISOString(),
      who: whoIs(operator),
      action,
      subject: `host ${id}`,
      detail: '',
    };
  }
}
