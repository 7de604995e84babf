import { createHash } from 'node:crypto';
import type { PublishAnswer, PublishRequest } from '../../../protocol/api/publish.ts';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import {
  type KeysFolder,
  keepRole,
  keepTarget,
  openKeysFolder,
  readKeptTarget,
} from '../../keys-folder/keys-folder.ts';
import {
  type Authority,
  type RoleDocuments,
  readTargets,
  type TargetsDocument,
  textsOf,
  versionOf,
} from '../../metadata/document.ts';
import { namesTarget } from '../../metadata/name-targets.ts';
import { changeText, type Show } from '../../request/describe/show-change.ts';
import { gathering, unsigning } from '../../request/keep-change.ts';
import { writeRequest } from '../../request/write-request.ts';
import { readRepository, readTarget, type ServerRepository } from '../repository/read-repository.ts';
import type { PublishServer } from '../repository/server.ts';
import { signAgain } from './sign-again.ts';

/** Where a change is signed and sent to. */
export interface Job {
  server: PublishServer;
  keysDir: string;
  name: string;
  action: PublishRequest['action'];
  policy?: PublishRequest['policy'] | undefined;
  /** When the rollouts of new heads start, if not at once. */
  starts?: string | undefined;
  /** File for a signing request, in place of sending: the keys that must agree lie on several machines. */
  exportTo?: string | undefined;
  /** Called with what is signed, as text. */
  show?: Show | undefined;
  /** Asked before any key is used; throws to refuse. */
  agree?: Agree | undefined;
  now: Date;
}

/** What is to be signed, in words, and a digest of the documents that names it whenever it is made. */
export interface Proposal {
  text: string;
  digest: string;
}
/** Decides about a proposal. */
export type Agree = (proposal: Proposal) => Promise<void>;

/** The present state that a change is made on. */
export interface Present extends Authority {
  folder: KeysFolder;
  repository: ServerRepository;
  /** Metadata in force once this job is through: the server's, with what was renewed in the folder over it. */
  roles: RoleDocuments;
}

/** Roles newly signed, and the targets they newly name, by path. */
export interface Change {
  roles: Record<string, string>;
  targets: Record<string, string>;
}

/**
 * Signs a change on top of what the server shows and sends it, all or nothing; `change` returns undefined when there is nothing to do.
 * When somebody signed in between it is made once more on top of theirs. Returns false when nothing had to be sent (or exported).
 */
export async function submit(
  job: Job,
  change: (present: Present) => Promise<Change | undefined>,
): Promise<boolean> {
  try {
    return await submitOnce(job, change);
  } catch (error) {
    if (!(error instanceof InterlockError) || error.code !== 'metadata_conflict') throw error;
    return submitOnce(job, change);
  }
}

async function submitOnce(
  job: Job,
  change: (present: Present) => Promise<Change | undefined>,
): Promise<boolean> {
  const opened = await openKeysFolder(job.keysDir);
  const repository = await readRepository(job.server, opened);
  if (job.agree) {
    const { request, text } = await make(job, unsigning(opened), repository, change);
    if (request.roles.length > 0) await job.agree({ text, digest: digestOf(request) });
  }
  const folder = gathering(opened, job.exportTo);
  const { present, request, documents, text } = await make(job, folder, repository, change);
  if (request.roles.length === 0) return false;
  job.show?.(text);
  if (job.exportTo !== undefined) {
    const roots = [
      ...new Map([...folder.roots, ...repository.roots].map((root) => [root.text, root])).values(),
    ];
    const roles = { ...present.roles, ...repository.roles };
    await writeRequest(job.exportTo, request, { roots, targets: present.targets, roles, documents });
    return true;
  }
  await job.server.post<PublishAnswer>('/v1/publish', request);
  await keep(job.keysDir, request);
  return true;
}

/** Makes the change by the folder's keys, and everything that it changes in words. */
async function make(
  job: Job,
  folder: KeysFolder,
  repository: ServerRepository,
  change: (present: Present) => Promise<Change | undefined>,
) {
  const present = presentState(folder, repository, job.now);
  const request = await makeRequest(job, present, (await change(present)) ?? { roles: {}, targets: {} });
  const documents = await earlierTargets(job.server, repository, request);
  const before = repository.roots.length > 0 ? repository : folder;
  const text = changeText({ ...before, documents }, request.roles, request.targets);
  return { present, request, documents, text };
}

/** Times of expiry and signatures are left out: they differ each time that the same change is made. */
function digestOf({ roles, targets, action, name, policy }: PublishRequest): string {
  const replaced = roles.map(({ role, replaces }) => ({ role, replaces }));
  const text = JSON.stringify({ action, name, policy: policy ?? null, replaced, targets });
  return createHash('sha256').update(text).digest('hex');
}

function presentState(folder: KeysFolder, repository: ServerRepository, now: Date): Present {
  const theirs = repository.roots.at(-1);
  const root = theirs && versionOf(theirs) > versionOf(folder.root) ? theirs : folder.root;
  const renewed = Object.entries(folder.roles).filter(([role, document]) =>
    isRenewal(document, repository.roles[role]),
  );
  const roles: RoleDocuments = { ...folder.roles, ...repository.roles, ...Object.fromEntries(renewed) };
  const targets = roles.targets ?? folder.targets;
  const again = signAgain(folder, repository.roles, { root, targets, roles }, now);
  return { folder, repository, root, targets, roles: { ...roles, ...again } };
}

/** True when the folder's text was signed on top of the server's and names the same targets: it needs nothing else to go there. */
function isRenewal(mine: TargetsDocument, theirs: TargetsDocument | undefined): boolean {
  if (theirs === undefined) return false;
  const [after, before] = [mine.parsed.signed, theirs.parsed.signed];
  return (
    after.version > before.version &&
    JSON.stringify(after.toJSON().targets) === JSON.stringify(before.toJSON().targets)
  );
}

async function makeRequest(job: Job, present: Present, change: Change): Promise<PublishRequest> {
  const { repository, folder, roles } = present;
  const isFirst = repository.roots.length === 0;
  const newRoots = folder.roots.filter((root) => versionOf(root) > versionOf(repository.roots.at(-1)));
  const changed = Object.entries(roles).filter(
    ([role, { text }]) => text !== repository.roles[role]?.text && isKnown(present.targets, role),
  );
  const sent = { ...textsOf(Object.fromEntries(changed)), ...change.roles };
  return {
    roles: [
      ...newRoots.map((root) => ({ role: 'root', replaces: versionOf(root) - 1, json: root.text })),
      ...Object.entries(sent).map(([role, json]) => ({
        role,
        replaces: versionOf(repository.roles[role]),
        json,
      })),
    ],
    targets: isFirst ? { ...(await keptTargets(folder, sent)), ...change.targets } : change.targets,
    action: isFirst ? 'init' : job.action,
    name: job.name,
    ...(job.policy === undefined ? {} : { policy: job.policy }),
    ...(job.starts === undefined ? {} : { starts: job.starts }),
  };
}

/** The documents that a change puts others in the place of, as the server shows them. */
async function earlierTargets(
  server: PublishServer,
  repository: ServerRepository,
  { roles, targets }: PublishRequest,
): Promise<Record<string, string>> {
  const asked = roles.filter(({ role }) => role !== 'root' && role !== 'targets');
  const found = Object.entries(targets).flatMap(([path, text]) =>
    asked
      .filter(({ role }) => !isNamed(repository.roles[role], path, text))
      .map(async ({ role }) => [path, await readTarget(server, repository, role, path)] as const),
  );
  const texts = await Promise.all(found);
  return Object.fromEntries(texts.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

function isNamed(document: TargetsDocument | undefined, path: string, text: string): boolean {
  return document !== undefined && namesTarget(document.parsed.signed, path, text);
}

/** Every target that a whole repository names, from the folder's copies: this fills an empty server. */
async function keptTargets(
  folder: KeysFolder,
  roles: Record<string, string>,
): Promise<Record<string, string>> {
  const named = Object.entries(roles).flatMap(([role, text]) =>
    Object.keys(readTargets(role, text).parsed.signed.targets),
  );
  const texts = await Promise.all(
    named.map(async (path) => [path, await readKeptTarget(folder.dir, path)] as const),
  );
  return Object.fromEntries(texts.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

async function keep(dir: string, request: PublishRequest): Promise<void> {
  for (const [path, text] of Object.entries(request.targets)) await keepTarget(dir, path, text);
  for (const { role, json } of request.roles) await keepRole(dir, role, json);
}

function isKnown({ parsed }: TargetsDocument, role: string): boolean {
  return role === 'targets' || role in (parsed.signed.delegations?.roles ?? {});
}
