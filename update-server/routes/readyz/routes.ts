import { Type } from 'typebox';
import { strict } from '../../../protocol/schema/schema.ts';
import { expiryWarnings } from '../../domain/tuf/role-lives.ts';
import { type Checked, checkReady } from '../../health/check-ready.ts';
import { troublesOf, type Watched } from '../../health/troubles.ts';
import { route } from '../../routing/route.ts';

const isReady = route({
  method: 'GET',
  url: '/readyz',
  access: 'anyone',
  summary: 'Whether the server is ready: disk, online keys, metadata that has not expired',
  schema: {
    response: { 200: strict({ ok: Type.Literal(true), warnings: Type.Array(Type.String()) }) },
  },
  handler: (needs: Checked & Watched) => async () => {
    await checkReady(needs);
    const { state } = await needs.store.repository();
    const troubles = troublesOf(needs).map(({ text }) => text);
    return { ok: true as const, warnings: [...troubles, ...expiryWarnings(state, needs.now())] };
  },
});

/** Can the server do its work; `warnings` say what people must look at. */
export const readyzRoutes = [isReady];
