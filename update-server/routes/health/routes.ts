import { Type } from 'typebox';
import { asInterlockError, InterlockError } from '../../../protocol/errors/interlock-error.ts';
import { strict } from '../../../protocol/schema/schema.ts';
import { expiryWarnings } from '../../domain/tuf/role-lives.ts';
import { signTimestamp } from '../../domain/tuf/sign-online.ts';
import { troublesOf } from '../../health/troubles.ts';
import { expiryOf } from '../../publish/renew.ts';
import type { App } from '../../routing/app.ts';
import type { Ports } from '../../routing/ports.ts';

const ok = { schema: { response: { 200: strict({ ok: Type.Literal(true) }) } } };
const ready = {
  schema: { response: { 200: strict({ ok: Type.Literal(true), warnings: Type.Array(Type.String()) }) } },
};

/** Is the process alive, and can it do its work: write, sign, and show a timestamp that hosts accept; `warnings` say what people must look at. */
export function healthRoutes(app: App, ports: Ports): void {
  app.get('/healthz', ok, async () => ({ ok: true as const }));
  app.get('/readyz', ready, async () => {
    await checkReady(ports);
    const { state } = await ports.store.repository();
    const troubles = troublesOf(ports).map(({ text }) => text);
    return { ok: true as const, warnings: [...troubles, ...expiryWarnings(state, ports.now())] };
  });
}

async function checkReady({ store, onlineKeys, now }: Ports): Promise<void> {
  const unready = (problem: string, cause?: unknown) =>
    new InterlockError('server_unready', { problem }, { cause });
  const time = now();
  try {
    await store.ping(time.toISOString());
  } catch (error) {
    throw unready(`the database cannot be written: ${asInterlockError(error).message}`, error);
  }
  if (!onlineKeys) throw unready('no online keys; start once with --online-keys');
  const { state } = await store.repository();
  if (state.timestamp === undefined) return;
  try {
    signTimestamp(state, onlineKeys, time);
  } catch (error) {
    throw unready('the online keys are not the ones that root names', error);
  }
  if (expiryOf(state.timestamp) < time) throw unready('the timestamp has expired');
}
