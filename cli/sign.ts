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
import { addServerOptions, type ClientOptions, clientIfGiven } from './client/client.ts';
import { showChange } from './show-change.ts';

interface Flags extends ClientOptions {
  keys: string;
  export?: string;
  request?: string;
  import?: string;
  show?: boolean;
  digest?: string;
}

/** Adds `interlock sign`: signs a release, or exchanges signatures with holders on other machines. */
export function addSign(program: Command): void {
  addServerOptions(
    verb(
      program,
      'sign [release]',
      'Sign a release, or collect signatures: --export writes a request, --request signs it, --import applies it',
      'interlock sign out/core-1-x86-64 --keys ./keys',
      'interlock sign --request request.json --keys ./keys --show',
    ),
  )
    .requiredOption(
      '--keys <dir>',
      'folder that `interlock keys init` created; --export and --import need no private keys',
    )
    .option('--export <file>', 'write a signing request for the holders of the keys')
    .option(
      '--request <file>',
      'show all changes of a signing request, ask, and add this folder’s signatures',
    )
    .option('--show', 'with --request: show all changes and the digest, without signing')
    .option(
      '--digest <sha256>',
      'with --request: sign exactly what was shown with this digest, without asking',
    )
    .option(
      '--import <file>',
      'apply a request that enough holders signed; a channel’s documents go to --server',
    )
    .action(answer(run));
}

async function run(release: string | undefined, flags: Flags) {
  if (flags.import !== undefined) return importSigned(flags.import, flags);
  if ((flags.show || flags.digest !== undefined) && flags.request === undefined && !isFile(release)) {
    throw new InterlockError('usage', { problem: '--show and --digest need --request' });
  }
  const request = flags.request ?? (isFile(release) ? release : undefined);
  if (request !== undefined) return flags.show ? showOnly(request, flags) : signAsked(request, flags);
  if (release === undefined) {
    throw new InterlockError('usage', { problem: 'give a release, --request or --import' });
  }
  if (flags.export !== undefined) return describe(await exportRelease(release, flags.keys, flags.export));
  const data = await sign(release, flags.keys, new Date(), showChange);
  return {
    text: line`${data.target} ${data.signed ? 'signed' : 'was already signed'} (releases ${data.version})`,
    data,
  };
}

async function importSigned(file: string, flags: Flags) {
  const client = clientIfGiven(flags);
  const send = client && ((publish: unknown) => client.post('/v1/publish', publish));
  const { documents, retired } = await importRequest(file, flags.keys, send);
  const { text } = describe(documents);
  const gone = retired.length ? `\nretired: ${retired.join(', ')}` : '';
  return { text: [text, 'applied'].join('\n') + gone, data: { documents, retired } };
}

async function showOnly(request: string, { keys }: Flags) {
  const data = await showRequest(request, keys);
  return { text: shownText(data), data };
}

async function signAsked(request: string, flags: Flags) {
  return describe(await signRequest(request, flags.keys, (shown) => confirm(request, shown, flags)));
}

/** Asks before a key is used; without a terminal, `--digest` must name what was shown. */
async function confirm(file: string, shown: RequestShown, { digest }: Flags): Promise<void> {
  const refuse = (problem: string) =>
    new InterlockError('not_confirmed', { file, problem, digest: shown.digest });
  if (digest === shown.digest) return;
  print(shownText(shown), process.stderr);
  if (digest !== undefined) throw refuse(`its digest is not ${digest}`);
  if (!process.stdin.isTTY) throw refuse('there is no terminal to ask on');
  if (!(await askYes('Sign all of this? Type yes: '))) throw refuse('the answer was not yes');
}

/** All differences, then a summary in words right above the question. */
function shownText({ documents, taken, digest, errand }: RequestShown): string {
  const { action, name, policy } = errand;
  const then = `for the server: ${action} ${name}${policy === undefined ? '' : `, policy ${JSON.stringify(policy)}`}`;
  const lines = documents.flatMap(({ role, diff }) => diff.map((line) => `${role} ${line}`));
  const count = `${lines.length} differences in ${documents.length} documents, all shown above`;
  const known = taken.map((line) => `already valid, new in this folder: ${line}`);
  return [...lines, count, ...known, summarize(documents), then, `digest ${digest}`].join('\n');
}

/** A summary of a request: its changes in words, and the number of signatures. */
export function describe(documents: readonly RequestState[]) {
  return { text: summarize(documents), data: documents };
}

function summarize(documents: readonly RequestState[]): string {
  const text = documents.map(({ role, version, expires, signatures, threshold, changes, diff }) =>
    [
      `${role} ${version}, expires ${expires}: ${signatures} of ${threshold} signatures`,
      ...changes.map((change) => `  ${change}`),
      ...(changes.length === 0 ? [`  ${describeOther(diff)}`] : []),
    ].join('\n'),
  );
  return text.join('\n');
}

/** Tells a renewal from a change that has no description in words. */
function describeOther(diff: readonly string[]): string {
  if (diff.length === 0) return 'no change: this is already valid';
  const isRenewal = diff.every((line) => /^[-+] \.(version|expires) /.test(line));
  return isRenewal ? 'only the version and the expiry change' : 'other changes: see the differences';
}

function isFile(path: string | undefined): boolean {
  return path !== undefined && statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
