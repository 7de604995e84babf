import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { Proposal } from '../builder/publish/change/submit.ts';
import { blockVersion, setFloor, withdrawVersion } from '../builder/publish/edit-channel.ts';
import { promote } from '../builder/publish/promote.ts';
import { rollback } from '../builder/publish/rollback.ts';
import { parseIntent, type ReadIntent } from '../protocol/documents/intent.ts';
import { InterlockError } from '../protocol/errors/interlock-error.ts';
import { line } from '../protocol/text/visible.ts';
import { answer, verb } from '../system/command/command.ts';
import { readError } from '../system/files/read-error.ts';
import { formatTime } from '../system/terminal/format-time.ts';
import { print } from '../system/terminal/print.ts';
import { askYes } from '../system/terminal/question.ts';
import { addServerOptions, type ClientOptions, createClient, findServer } from './client/client.ts';
import { showChange } from './show-change.ts';

interface Flags extends ClientOptions {
  keys: string;
  show?: boolean;
  digest?: string;
  yes?: boolean;
  export?: string;
}

/** Ends the work once the change was shown. */
class OnlyShown extends Error {
  readonly proposal: Proposal;
  constructor(proposal: Proposal) {
    super('only shown');
    this.proposal = proposal;
  }
}

/** Adds `interlock intent`: a key holder carries out what somebody else wants of a channel. */
export function addIntent(program: Command): void {
  addServerOptions(
    verb(
      program,
      'intent <file>',
      'Show what an intent from the dashboard would change, ask, sign and publish it',
      'interlock intent promote-core-stable.json --keys ./keys',
      'interlock intent promote-core-stable.json --keys ./keys --show',
    ),
  )
    .requiredOption('--keys <dir>', 'folder that `interlock keys init` created')
    .option('--show', 'show all changes and the digest, without signing')
    .option('--digest <sha256>', 'sign exactly what was shown with this digest, without asking')
    .option('--yes', 'sign without asking')
    .option('--export <file>', 'write a signing request instead, for keys on other machines')
    .action(answer(run));
}

async function run(file: string, flags: Flags) {
  const intent = parseIntent(readText(file), file, (text) => createHash('sha256').update(text).digest('hex'));
  requireSameServer(intent, flags);
  const data = { verb: intent.verb, name: intent.name, channel: intent.channel, ...intent.arguments };
  try {
    const changed = await carryOut(intent, flags, (proposal) => decide(file, intent, proposal, flags));
    const end =
      flags.export === undefined ? 'is signed and published' : line`waits for signatures in ${flags.export}`;
    const text = changed ? line`${summaryOf(intent)}: ${end}` : line`${summaryOf(intent)}: was already so`;
    return { text, data: { ...data, changed } };
  } catch (error) {
    if (!(error instanceof OnlyShown)) throw error;
    return { text: shownText(intent, error.proposal), data: { ...data, ...error.proposal } };
  }
}

/** Takes the verb and the arguments, and nothing else: the document is made from metadata that this machine verified. */
async function carryOut(intent: ReadIntent, flags: Flags, agree: (proposal: Proposal) => Promise<void>) {
  const { name, channel, expect: expected } = intent;
  const server = createClient(flags);
  const options = {
    ...{ server, keysDir: flags.keys, name, channel, expected, agree },
    exportTo: flags.export,
    show: showChange,
  };
  switch (intent.verb) {
    case 'promote':
      return promote({ ...options, ...intent.arguments });
    case 'rollback': {
      const { version: to, reason, policy } = intent.arguments;
      return (await rollback({ ...options, to, reason, policy })).length > 0;
    }
    case 'block':
      return blockVersion(options, intent.arguments.version, intent.arguments.reason);
    case 'unblock':
      return blockVersion(options, intent.arguments.version, null);
    case 'withdraw':
      return withdrawVersion(options, intent.arguments.version, intent.arguments.reason);
    case 'floor':
    case 'unfloor':
      return setFloor(options, intent.arguments.version, intent.verb === 'floor');
  }
}

async function decide(file: string, intent: ReadIntent, proposal: Proposal, flags: Flags): Promise<void> {
  const { show, digest, yes } = flags;
  if (show) throw new OnlyShown(proposal);
  if (digest === proposal.digest || (yes && digest === undefined)) return;
  const refuse = (problem: string) =>
    new InterlockError('not_confirmed', { file, problem, digest: proposal.digest });
  print(shownText(intent, proposal), process.stderr);
  if (digest !== undefined) throw refuse(`its digest is not ${digest}`);
  if (!process.stdin.isTTY) throw refuse('there is no terminal to ask on');
  if (!(await askYes('Sign and publish this? Type yes: '))) throw refuse('the answer was not yes');
}

/** An intent names the server that it was made on; a token is never sent to one that only the file names. */
function requireSameServer({ server }: ReadIntent, flags: Flags): void {
  if (flags.server !== undefined) return;
  const mine = findServer(flags).server;
  if (mine !== undefined && originOf(mine) === originOf(server)) return;
  const problem = mine
    ? `the intent was made on ${server}, and you are logged in to ${mine}; give --server if this is the same server`
    : `the intent was made on ${server}; give --server to say which server you mean`;
  throw new InterlockError('usage', { problem });
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url;
}

function summaryOf({ verb: word, name, channel, arguments: { version } }: ReadIntent): string {
  return `${word} ${name} ${version} on ${channel}`;
}

function shownText(intent: ReadIntent, { text, digest }: Proposal): string {
  const { created, server, arguments: args } = intent;
  const given = Object.entries(args).map(([name, value]) => line`${name} ${value}`);
  return [
    text,
    line`intent: ${summaryOf(intent)} (${given.join(', ')})`,
    line`made ${formatTime(created)} on ${server}; it is unsigned: only the changes above count`,
    `digest ${digest}`,
  ].join('\n');
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw readError(file, cause);
  }
}
