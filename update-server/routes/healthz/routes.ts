import { Type } from 'typebox';
import { strict } from '../../../protocol/schema/schema.ts';
import { route } from '../../routing/route.ts';

const isAlive = route({
  method: 'GET',
  url: '/healthz',
  access: 'anyone',
  summary: 'Whether the process responds',
  schema: { response: { 200: strict({ ok: Type.Literal(true) }) } },
  handler: () => async () => ({ ok: true as const }),
});

/** Is the process alive. */
export const healthzRoutes = [isAlive];
