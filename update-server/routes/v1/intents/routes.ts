import { createHash } from 'node:crypto';
import { type Static, Type } from 'typebox';
import {
  checkedText,
  Intent,
  intentArguments,
  intentVerbs,
  parseVerb,
} from '../../../../protocol/documents/intent.ts';
import { parse, strict, Word } from '../../../../protocol/schema/schema.ts';
import { readers } from '../../../routing/access.ts';
import { route } from '../../../routing/route.ts';
import type { Store } from '../../../store/interface/store.ts';

const Text = Type.Optional(Type.String({ maxLength: 512 }));
const Query = strict({
  verb: Type.Enum(intentVerbs),
  /** Address of this server as the reader’s browser knows it. */
  server: Type.String({ minLength: 1, maxLength: 2048 }),
  ...{ version: Text, reason: Text, policy: Text },
});

const makeIntent = route({
  method: 'GET',
  url: '/v1/intents/:name/:channel',
  access: readers,
  summary: 'An unsigned intent for the channel’s key holder; it carries no authority',
  schema: {
    params: strict({ name: Word, channel: Word }),
    querystring: Query,
    response: { 200: Intent },
  },
  handler:
    ({ store, now }: { store: Store; now(): Date }) =>
    async ({ params: { name, channel }, query }, reply) => {
      const found = await store.channel(name, channel);
      const expect = found ? { serial: found.serial, head: found.head.version } : null;
      const rest = { name, channel, expect, created: now().toISOString() };
      reply.header('cache-control', 'no-store');
      return sealed({ ...argumentsOf(query), ...rest });
    },
});

/** What people without keys ask of key holders. */
export const intentRoutes = [makeIntent];

function argumentsOf({ verb: word, server, ...given }: Static<typeof Query>) {
  const verb = parseVerb(word);
  const args = Object.fromEntries(Object.entries(given).filter(([, value]) => value));
  return { verb, server, arguments: parse(intentArguments[verb], args, `the arguments of ${verb}`) };
}

function sealed(
  given: Pick<Intent, 'verb' | 'server' | 'arguments' | 'name' | 'channel' | 'expect' | 'created'>,
): Intent {
  const intent = { format: 1, kind: 'interlock-intent', ...given } as const;
  return { ...intent, check: createHash('sha256').update(checkedText(intent)).digest('hex') };
}
