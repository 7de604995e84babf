import type { PublishAnswer, PublishRequest } from '../../../protocol/api/publish.ts';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import {
  type KeysFolder,
  keepRole,
  keepTarget,
  openKeysFolder,
  readKeptTarget,
} from '../../keys-folder/keys-folder.ts';
import { namesTarget } from '../../metadata/name-targets.ts';
import { parseRoot, parseTargets } from '../../metadata/parse-role.ts';
import { changeText, type Show } from '../../request/describe/show-change.ts';
import { gathering } from '../../request/keep-change.ts';
import { writeRequest } from '../../request/request.ts';
import { readRepository, readTarget, type ServerRepository } from '../repository/read-repository.ts';
import type { PublishServer } from '../repository/server.ts';
import { carryOver } from './sign-again.ts';

/** Where a change is signed and sent to. */
export interface Job {
  server: PublishServer;
  keysDir: string;
  name: string;
  action: PublishRequest['action'];
  policy?: PublishRequest['policy'] | undefined;
  /** File for a signing request, in place of sending: the keys that must agree lie on several machines. */
  exportTo?: string | undefined;
  /** Hears what is signed. */
  show?: Show | undefined;
  now: Date;
}

/** The present state that a change is made on. */
export interface Present {
  folder: KeysFolder;
  repository: ServerRepository;
  /** Metadata in force once this job is through: the server's, with what was renewed in the folder over it. */
  roles: Record<string, string>;
  root: string;
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
  const folder = gathering(await openKeysFolder(job.keysDir), job.exportTo);
  const repository = await readRepository(job.server, folder);
  const present = presentState(folder, repository, job.now);
  const made = await change(present);
  const request = await makeRequest(job, present, made ?? { roles: {}, targets: {} });
  if (request.roles.length === 0) return false;
  const documents = await earlierTargets(job.server, repository, request);
  const before = repository.roots.length > 0 ? repository : folder;
  job.show?.(changeText({ ...before, documents }, request.roles, request.targets));
  if (job.exportTo !== undefined) {
    const roots = [...new Set([...folder.roots, ...repository.roots])];
    const roles = { ...present.roles, ...repository.roles, targets: present.roles.targets ?? '' };
    await writeRequest(job.exportTo, request, { roots, roles, documents });
    return true;
  }
  await job.server.post<PublishAnswer>('/v1/publish', request);
  await keep(job.keysDir, request);
  return true;
}

function presentState(folder: KeysFolder, repository: ServerRepository, now: Date): Present {
  const root = [...repository.roots, ...folder.roots]
    .toSorted((a, b) => rootVersion(a) - rootVersion(b))
    .at(-1);
  const renewed = Object.entries(folder.roles).filter(([role, text]) =>
    isRenewal(role, text, repository.roles[role]),
  );
  const state = {
    roles: { ...folder.roles, ...repository.roles, ...Object.fromEntries(renewed) },
    root: root ?? '',
  };
  const carried = carryOver(folder, repository.roles, state, now);
  return { folder, repository, ...state, roles: { ...state.roles, ...carried } };
}

/** True when the folder's text was signed on top of the server's and names the same targets: it needs nothing else to go there. */
function isRenewal(role: string, mine: string, theirs: string | undefined): boolean {
  if (theirs === undefined) return false;
  const [after, before] = [parseTargets(role, mine).signed, parseTargets(role, theirs).signed];
  return (
    after.version > before.version &&
    JSON.stringify(after.toJSON().targets) === JSON.stringify(before.toJSON().targets)
  );
}

async function makeRequest(job: Job, present: Present, change: Change): Promise<PublishRequest> {
  const { repository, folder, roles } = present;
  const isFirst = repository.roots.length === 0;
  const newRoots = folder.roots.filter((text) => rootVersion(text) > rootVersion(repository.roots.at(-1)));
  const changed = Object.entries(roles).filter(
    ([role, text]) => text !== repository.roles[role] && isKnown(roles.targets ?? '', role),
  );
  const sent = { ...Object.fromEntries(changed), ...change.roles };
  return {
    roles: [
      ...newRoots.map((json) => ({ role: 'root', replaces: rootVersion(json) - 1, json })),
      ...Object.entries(sent).map(([role, json]) => ({
        role,
        replaces: repository.roles[role] ? version(role, repository.roles[role]) : 0,
        json,
      })),
    ],
    targets: isFirst ? { ...(await keptTargets(folder, sent)), ...change.targets } : change.targets,
    action: isFirst ? 'init' : job.action,
    name: job.name,
    ...(job.policy === undefined ? {} : { policy: job.policy }),
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
      .filter(({ role }) => !isNamed(repository.roles[role], role, path, text))
      .map(async ({ role }) => [path, await readTarget(server, repository, role, path)] as const),
  );
  const texts = await Promise.all(found);
  return Object.fromEntries(texts.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

function isNamed(metadata: string | undefined, role: string, path: string, text: string): boolean {
  return metadata !== undefined && namesTarget(parseTargets(role, metadata).signed, path, text);
}

/** Every target that a whole repository names, from the folder's copies: this fills an empty server. */
async function keptTargets(
  folder: KeysFolder,
  roles: Record<string, string>,
): Promise<Record<string, string>> {
  const named = Object.entries(roles).flatMap(([role, text]) =>
    Object.keys(parseTargets(role, text).signed.targets),
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

function isKnown(targets: string, role: string): boolean {
  return role === 'targets' || role in (parseTargets('targets', targets).signed.delegations?.roles ?? {});
}

function rootVersion(text: string | undefined): number {
  return text === undefined ? 0 : parseRoot(text).signed.version;
}

function version(role: string, text: string): number {
  return parseTargets(role, text).signed.version;
}
