import { statSync } from 'node:fs';
import type { Command } from 'commander';
import type { RequestState } from '../builder/request/describe-request.ts';
import { importRequest } from '../builder/request/import-request.ts';
import { type RequestShown, showRequest, signRequest } from '../builder/request/sign-request.ts';
import { exportRelease } from '../builder/sign/export-release.ts';
import { sign } from '../builder/sign/sign.ts';
import { InterlockError } from '../protocol/errors/interlock-error.ts';
import { line } from '../protocol/text/visible.ts';
import { answer, verb } from '../system/command/command.ts';
import { print } from '../system/terminal/print.ts';
import { askYes } from '../system/terminal/question.ts';
import { addServerOptions, type ClientOptions, clientIfGiven } from './client.ts';
import { showChange } from './show-change.ts';

interface Flags extends ClientOptions {
  keys: string;
  export?: string;
  request?: string;
  import?: string;
  show?: boolean;
  digest?: string;
}

/** `interlock sign`: a pass of its own, for keys that live on other machines than the build. */
export function addSign(program: Command): void {
  addServerOptions(
    verb(
      program,
      'sign [release]',
      'Sign a release; or gather signatures: --export writes a request, --request signs one, --import takes it in',
      'interlock sign out/core-1-x86-64 --keys ./keys',
      'interlock sign --request request.json --keys ./keys --show',
    ),
  )
    .requiredOption(
      '--keys <dir>',
      'folder of `interlock keys init`; private keys may be missing with --export and --import',
    )
    .option('--export <file>', 'write what is to be signed, for the holders of the keys')
    .option(
      '--request <file>',
      'show all that the file of an --export changes, ask, and add this folder’s signatures',
    )
    .option('--show', 'with --request: show all that it changes and its digest, and sign nothing')
    .option(
      '--digest <sha256>',
      'with --request: sign what was shown with this digest; nothing is asked then',
    )
    .option('--import <file>', 'take in what enough holders signed; a channel’s documents go to --server')
    .action(answer(run));
}

async function run(release: string | undefined, flags: Flags) {
  if (flags.import !== undefined) return takeIn(flags.import, flags);
  if ((flags.show || flags.digest !== undefined) && flags.request === undefined && !isFile(release)) {
    throw new InterlockError('usage', { problem: '--show and --digest are for --request' });
  }
  const request = flags.request ?? (isFile(release) ? release : undefined);
  if (request !== undefined) return flags.show ? showOnly(request, flags) : signAsked(request, flags);
  if (release === undefined) {
    throw new InterlockError('usage', { problem: 'name a release, or give --request or --import' });
  }
  if (flags.export !== undefined) return describe(await exportRelease(release, flags.keys, flags.export));
  const data = await sign(release, flags.keys, new Date(), showChange);
  return {
    text: line`${data.target} ${data.signed ? 'signed' : 'was signed already'} (releases ${data.version})`,
    data,
  };
}

async function takeIn(file: string, flags: Flags) {
  const client = clientIfGiven(flags);
  const send = client && ((publish: unknown) => client.post('/v1/publish', publish));
  const { documents, retired } = await importRequest(file, flags.keys, send);
  const { text } = describe(documents);
  const gone = retired.length ? `\nretired: ${retired.join(', ')}` : '';
  return { text: [text, 'taken in'].join('\n') + gone, data: { documents, retired } };
}

async function showOnly(request: string, { keys }: Flags) {
  const data = await showRequest(request, keys);
  return { text: shownText(data), data };
}

async function signAsked(request: string, flags: Flags) {
  return describe(await signRequest(request, flags.keys, (shown) => agree(request, shown, flags)));
}

/** Asks whoever sits here before a key is touched; without a terminal the digest of what was read has to be given. */
async function agree(file: string, shown: RequestShown, { digest }: Flags): Promise<void> {
  const refuse = (problem: string) =>
    new InterlockError('not_confirmed', { file, problem, digest: shown.digest });
  if (digest === shown.digest) return;
  print(shownText(shown), process.stderr);
  if (digest !== undefined) throw refuse(`its digest is not ${digest}`);
  if (!process.stdin.isTTY) throw refuse('nobody agreed to it');
  if (!(await askYes('Sign all of this? Type yes: '))) throw refuse('it was not agreed to');
}

/** Every difference first, and last, where the eye is when it is asked, what they mean. */
function shownText({ documents, taken, digest, errand }: RequestShown): string {
  const { action, name, policy } = errand;
  const then = `for the server: ${action} ${name}${policy === undefined ? '' : `, policy ${JSON.stringify(policy)}`}`;
  const lines = documents.flatMap(({ role, diff }) => diff.map((line) => `${role} ${line}`));
  const count = `${lines.length} differences in ${documents.length} documents, all of them above`;
  const known = taken.map((line) => `in force already and new here: ${line}`);
  return [...lines, count, ...known, inWords(documents), then, `digest ${digest}`].join('\n');
}

/** A request in short: what changes in words, and how many signatures there are. */
export function describe(documents: readonly RequestState[]) {
  return { text: inWords(documents), data: documents };
}

function inWords(documents: readonly RequestState[]): string {
  const text = documents.map(({ role, version, expires, signatures, threshold, changes, diff }) =>
    [
      `${role} ${version}, until ${expires}: ${signatures} of ${threshold} signatures`,
      ...changes.map((change) => `  ${change}`),
      ...(changes.length === 0 ? [`  ${withoutWords(diff)}`] : []),
    ].join('\n'),
  );
  return text.join('\n');
}

/** A renewal is told from a change that there are no words for. */
function withoutWords(diff: readonly string[]): string {
  if (diff.length === 0) return 'nothing changes: this is in force';
  const isRenewal = diff.every((line) => /^[-+] \.(version|expires) /.test(line));
  return isRenewal
    ? 'nothing but its version and how long it lives'
    : 'see the differences: there are no words for them';
}

function isFile(path: string | undefined): boolean {
  return path !== undefined && statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
