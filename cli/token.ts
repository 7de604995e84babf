import { type Command, Option } from 'commander';
import type { Role, TokenInfo } from '../protocol/api/operator.ts';
import { InterlockError } from '../protocol/errors/interlock-error.ts';
import { line } from '../protocol/text/visible.ts';
import { type Answer, answer, group, verb } from '../system/command/command.ts';
import { formatTable } from '../system/terminal/table.ts';
import { addServerOptions, type ClientOptions } from './client/client.ts';
import { theOnly } from './client/find-id.ts';
import { openTokens, type Tokens } from './client/tokens.ts';
import { formatTime, shownDigits } from './format/format-values.ts';

const roles: readonly Role[] = ['viewer', 'publisher', 'operator', 'admin', 'join'];
type Flags = ClientOptions & { data?: string };

/** Adds `interlock token`: through the server, or directly on its data folder, running or not. */
export function addToken(program: Command): void {
  const token = group(
    program,
    'token',
    'Create, list and revoke tokens of operators and of hosts that enroll',
  );
  const add = (signature: string, summary: string, ...examples: string[]) =>
    addServerOptions(
      verb(token, signature, summary, ...examples.map((words) => `interlock token ${words}`)),
    ).option('--data <dir>', 'data folder of the server on this machine; no token is needed then');

  add(
    'create',
    'Create a token; it is shown only once',
    'create --role publisher --name ci',
    'create --role admin --data /var/lib/interlock',
  )
    .addOption(new Option('--role <role>', 'what the token allows').choices(roles).makeOptionMandatory())
    .option('--name <name>', 'who uses it, for the audit log', '')
    .action(
      answer(({ role, name, ...flags }: Flags & { role: Role; name: string }) => {
        if (name.length > 128) {
          throw new InterlockError('usage', {
            problem: `--name has ${name.length} characters; at most 128 are allowed`,
          });
        }
        return withTokens(flags, async (tokens) => {
          const data = await tokens.create(role, name);
          return { text: data.token, data };
        });
      }),
    );

  add('list', 'Show all tokens, without their secrets', 'list').action(
    answer((flags: Flags) =>
      withTokens(flags, async (tokens) => {
        const data = await tokens.list();
        return { text: table(data), data };
      }),
    ),
  );

  add('revoke <id>', 'Revoke a token; it stops working at once', 'revoke 2f0c9f4e').action(
    answer((id: string, flags: Flags) =>
      withTokens(flags, async (tokens) => {
        const whole = theOne(await tokens.list(), id);
        await tokens.revoke(whole);
        return { text: line`revoked ${id}`, data: { id: whole, revoked: true } };
      }),
    ),
  );
}

async function withTokens(flags: Flags, use: (tokens: Tokens) => Promise<Answer>): Promise<Answer> {
  const tokens = openTokens(flags);
  try {
    return await use(tokens);
  } finally {
    await tokens.close();
  }
}

/** The token with this id, or the only one whose id starts with it. */
function theOne(tokens: readonly TokenInfo[], text: string): string {
  const meant = tokens.filter(({ id }) => id.startsWith(text));
  return theOnly(
    'token',
    text,
    meant.map(({ id }) => id),
  );
}

function table(tokens: readonly TokenInfo[]): string {
  const rows = tokens.map((one) => [
    one.id.slice(0, shownDigits),
    one.role,
    one.name,
    formatTime(one.created),
    one.revoked ? `revoked ${formatTime(one.revoked)}` : 'valid',
  ]);
  return formatTable(['TOKEN', 'ROLE', 'NAME', 'CREATED', ''], rows);
}
