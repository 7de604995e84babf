import { existsSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { InterlockError } from '../protocol/errors.ts';
import type { Role } from '../protocol/operator.ts';
import { type Answer, answer, verb } from '../system/command.ts';
import { formatTable } from '../system/terminal.ts';
import { createToken } from '../update-server/operators/create-token.ts';
import { openSqliteStore } from '../update-server/store/sqlite/store.ts';
import type { Store } from '../update-server/store/store.ts';

const roles: readonly Role[] = ['viewer', 'publisher', 'operator', 'admin', 'join'];
const who = 'command line';

/** `interlock token`: works on the server's database itself, whether the server runs or not. */
export function addToken(program: Command): void {
  const token = program.command('token').description('Tokens for operators and for hosts that join');
  const data = ['--data <dir>', 'data folder of the server'] as const;

  verb(
    token,
    'create',
    'Make a token; it is shown once',
    'interlock token create --data DIR --role publisher',
  )
    .requiredOption(...data)
    .addOption(new Option('--role <role>', 'what it may do').choices(roles).makeOptionMandatory())
    .option('--name <name>', 'whose it is, for the audit log', '')
    .action(
      answer((flags: { data: string; role: Role; name: string }) =>
        withStore(flags.data, async (store) => {
          if (flags.name.length > 128) {
            throw new InterlockError('usage', { problem: '--name has more than 128 characters' });
          }
          const made = await createToken(store, { role: flags.role, name: flags.name, who, now: new Date() });
          return { text: made.token, data: made };
        }),
      ),
    );

  verb(token, 'list', 'Show the tokens, without their secrets', 'interlock token list --data DIR')
    .requiredOption(...data)
    .action(answer((flags: { data: string }) => withStore(flags.data, listTokens)));

  verb(token, 'revoke <id>', 'End a token at once', 'interlock token revoke 2f0c… --data DIR')
    .requiredOption(...data)
    .action(
      answer((id: string, flags: { data: string }) =>
        withStore(flags.data, async (store) => {
          const now = new Date().toISOString();
          const line = { at: now, who, action: 'revoke token', subject: `token ${id}`, detail: '' };
          if (!(await store.revokeToken(id, now, line))) {
            throw new InterlockError('not_found', { what: `token ${id}` });
          }
          return { text: `${id} revoked`, data: { id, revoked: now } };
        }),
      ),
    );
}

async function listTokens(store: Store): Promise<Answer> {
  const tokens = await store.tokens();
  const rows = tokens.map((one) => [one.id, one.role, one.name, one.created, one.revoked ?? '']);
  return { text: formatTable(['ID', 'ROLE', 'NAME', 'CREATED', 'REVOKED'], rows), data: tokens };
}

async function withStore(dataDir: string, use: (store: Store) => Promise<Answer>): Promise<Answer> {
  if (!existsSync(dataDir)) throw new InterlockError('not_found', { what: dataDir });
  const store = openSqliteStore(dataDir);
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}
