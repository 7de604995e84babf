import { type Command, Option } from 'commander';
import type { Role, TokenInfo } from '../protocol/api/operator.ts';
import { InterlockError } from '../protocol/errors/interlock-error.ts';
import { line } from '../protocol/text/visible.ts';
import { answerList } from '../system/command/answer-list.ts';
import { answer, group, verb } from '../system/command/command.ts';
import type { List } from '../system/list/list.ts';
import { addYes, confirm } from '../system/terminal/confirm.ts';
import { formatTime } from '../system/terminal/format-time.ts';
import { addServerOptions, type ClientOptions } from './client/client.ts';
import { theOnly } from './client/find-id.ts';
import { openTokens, type Tokens } from './client/tokens.ts';
import { readDuration } from './flags/duration.ts';

const roles: readonly Role[] = ['viewer', 'publisher', 'operator', 'admin', 'join', 'fleetlock'];
type Flags = ClientOptions & { data?: string };
type CreateFlags = Flags & { role: Role; name: string; expires?: string };

const tokenList: List<TokenInfo> = {
  none: 'no tokens',
  columns: [
    { name: 'token', kind: 'id', value: ({ id }) => id },
    { name: 'role', value: ({ role }) => role },
    { name: 'state', value: stateOf },
    { name: 'created', kind: 'time', value: ({ created }) => created, isSpare: true },
    { name: 'used', kind: 'time', value: ({ used }) => used },
    {
      name: 'expires',
      kind: 'time',
      value: ({ expires }) => expires,
      show: ({ expires }) => (expires ? formatTime(expires) : 'never'),
    },
    { name: 'revoked', kind: 'time', value: ({ revoked }) => revoked, isWide: true },
    { name: 'name', kind: 'text', value: ({ name }) => name },
  ],
};

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
    .option('--expires <duration>', 'how long it is valid: 12h, 90d (default: until it is revoked)')
    .action(
      answer(({ role, name, expires, ...flags }: CreateFlags) => {
        if (name.length > 128) {
          throw new InterlockError('usage', {
            problem: `--name has ${name.length} characters; at most 128 are allowed`,
          });
        }
        const ends = expires === undefined ? undefined : inFuture(readDuration(expires, '--expires'));
        return withTokens(flags, async (tokens) => {
          const data = await tokens.create(role, name, ends);
          return { text: data.token, data };
        });
      }),
    );

  answerList(add('list', 'Show all tokens, without their secrets', 'list'), tokenList, (flags: Flags) =>
    withTokens(flags, async (tokens) => ({ rows: await tokens.list() })),
  );

  addYes(
    add(
      'revoke <id>',
      'Revoke a token; it stops working at once',
      'revoke 2f0c9f4e --reason "left the team" --yes',
    ),
  )
    .option('--reason <text>', 'reason, for the audit log', '')
    .action(
      answer((id: string, flags: Flags & { yes?: boolean; reason: string }) =>
        withTokens(flags, async (tokens) => {
          const { id: whole, role, name } = theOne(await tokens.list(), id);
          const which = `the ${role} token ${whole}${name ? ` (${name})` : ''}`;
          await confirm(flags.yes, `${which} stops working at once, and cannot be brought back`);
          await tokens.revoke(whole, flags.reason);
          return { text: line`revoked ${id}`, data: { id: whole, revoked: true } };
        }),
      ),
    );
}

async function withTokens<T>(flags: Flags, use: (tokens: Tokens) => Promise<T>): Promise<T> {
  const tokens = await openTokens(flags);
  try {
    return await use(tokens);
  } finally {
    await tokens.close();
  }
}

function stateOf({ revoked, expires }: TokenInfo): string {
  if (revoked) return 'revoked';
  return expires && Date.parse(expires) <= Date.now() ? 'expired' : 'valid';
}

function inFuture(ms: number): string {
  return new Date(Date.now() + ms).toISOString();
}

/** The token with this id, or the only one whose id starts with it. */
function theOne(tokens: readonly TokenInfo[], text: string): TokenInfo {
  const meant = tokens.filter(({ id }) => id.startsWith(text));
  const only = theOnly(
    'token',
    text,
    meant.map(({ id }) => id),
  );
  return meant.find(({ id }) => id === only)!;
}
