import { type Command, Option } from 'commander';
import type { Role, TokenInfo } from '../protocol/api/operator.ts';
import { InterlockError } from '../protocol/errors/interlock-error.ts';
import { line } from '../protocol/text/visible.ts';
import { type Answer, answer, group, verb } from '../system/command/command.ts';
import { formatTable } from '../system/terminal/table.ts';
import { addServerOptions, type ClientOptions } from './client.ts';
import { shownDigits, theOnly } from './find-id.ts';
import { formatTime } from './format-time.ts';
import { openTokens, type Tokens } from './tokens.ts';

const roles: readonly Role[] = ['viewer', 'publisher', 'operator', 'admin', 'join'];
type Flags = ClientOptions & { data?: string };

/** `interlock token`: over the server, or on its data folder itself, whether the server runs or not. */
export function addToken(program: Command): void {
  const token = group(program, 'token', 'Tokens for operators and for hosts that join');
  const add = (signature: string, summary: string, ...examples: string[]) =>
    addServerOptions(
      verb(token, signature, summary, ...examples.map((words) => `interlock token ${words}`)),
    ).option('--data <dir>', 'on the server’s own machine: its data folder, and no token is needed');

  add(
    'create',
    'Make a token; it is shown once',
    'create --role publisher --name ci',
    'create --role admin --data /var/lib/interlock',
  )
    .addOption(new Option('--role <role>', 'what it may do').choices(roles).makeOptionMandatory())
    .option('--name <name>', 'whose it is, for the audit log', '')
    .action(
      answer(({ role, name, ...flags }: Flags & { role: Role; name: string }) => {
        if (name.length > 128) {
          throw new InterlockError('usage', { problem: '--name has more than 128 characters' });
        }
        return withTokens(flags, async (tokens) => {
          const data = await tokens.create(role, name);
          return { text: data.token, data };
        });
      }),
    );

  add('list', 'Show the tokens, without their secrets', 'list').action(
    answer((flags: Flags) =>
      withTokens(flags, async (tokens) => {
        const data = await tokens.list();
        return { text: table(data), data };
      }),
    ),
  );

  add('revoke <id>', 'End a token at once', 'revoke 2f0c9f4e').action(
    answer((id: string, flags: Flags) =>
      withTokens(flags, async (tokens) => {
        const whole = theOne(await tokens.list(), id);
        await tokens.revoke(whole);
        return { text: line`${id} is revoked`, data: { id: whole, revoked: true } };
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

/** A token by its id, or by a beginning that no other has. */
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
    one.revoked ? `revoked ${formatTime(one.revoked)}` : 'in force',
  ]);
  return formatTable(['TOKEN', 'ROLE', 'NAME', 'MADE', ''], rows);
}
