import { type Static, type TOptional, type TSchema, Type } from 'typebox';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { Labels } from '../../protocol/schema/labels.ts';
import { parse, strict, Word } from '../../protocol/schema/schema.ts';
import { contradictionIn } from './contradiction.ts';
import { type Fragment, readFragments } from './fragments.ts';
import type { Paths } from './paths.ts';

const Url = Type.String({ pattern: '^https?://[^\\s]+$' });
const Path = Type.String({ minLength: 1 });
const Seconds = Type.Number({ minimum: 0, maximum: 86_400 });

/** A table whose keys may all be missing; unknown ones are refused (a TypeBox `Partial` would let them through). */
function some<T extends Record<string, TSchema>>(keys: T) {
  const optional = Object.entries(keys).map(([key, schema]) => [key, Type.Optional(schema)]);
  return strict(Object.fromEntries(optional) as { [K in keyof T]: TOptional<T[K]> });
}

/** Every key a fragment may have; all are optional, because each file says only what it changes. `docs/reference/host-settings.md` lists them. */
export const Inputs = some({
  /** Base URL of the update server. */
  server: Url,
  /** PEM file of the authority that signed the server's certificate. */
  ca: Path,
  /** Base URLs that serve the same blobs; asked before the server. */
  mirrors: Type.Array(Url),
  /** Bytes per second that downloads take at most; unlimited without it. */
  max_rate: Type.Integer({ minimum: 16_384 }),
  /** Name of the image this host follows; by default the one it runs. */
  name: Word,
  channel: Word,
  group: Word,
  /** What people find the host by on the server. */
  labels: Labels,
  join_token: Type.String(),
  /** Longest pause between two check-ins, in seconds. */
  poll: Type.Integer({ minimum: 1, maximum: 86_400 }),
  /** Pause before something is tried again, in seconds. */
  retry: Type.Integer({ minimum: 1, maximum: 3600 }),
  lock: some({
    kind: Type.Enum(['etcd', 'none']),
    endpoints: Type.Array(Url, { minItems: 1 }),
    ca: Path,
    cert: Path,
    key: Path,
    username: Type.String(),
    password: Type.String(),
    /** Name of the etcd member that runs on this host. */
    member: Type.String({ minLength: 1 }),
  }),
  health: some({ settle: Seconds, steady: Seconds, timeout: Seconds }),
  hooks: some({ timeout: Seconds }),
  machine: some({ kind: Type.Enum(['system', 'file']) }),
});
type Inputs = Static<typeof Inputs>;

/** What the agent goes by: everything merged, checked and filled in. */
export interface Settings {
  server: string | null;
  ca: string | null;
  mirrors: string[];
  /** Bytes per second, or null. */
  maxRate: number | null;
  name: string | null;
  channel: string;
  group: string;
  labels: Labels;
  joinToken: string;
  pollSeconds: number;
  retrySeconds: number;
  /** null: no lock is configured, and the host does not reboot. */
  lock: (Inputs['lock'] & ({ kind: 'etcd'; endpoints: string[] } | { kind: 'none' })) | null;
  /** Seconds: time to become healthy, time to stay so, limit of one check. */
  health: { settle: number; steady: number; timeout: number };
  hooks: { timeout: number };
  machine: 'system' | 'file';
  /** The files all this came from, in the order they were read. */
  sources: string[];
}

/** The configuration as its files say it, merged and each key checked; they may still contradict each other. */
export interface Merged {
  inputs: Inputs;
  /** Each file with its values, so that an error can name the file. */
  fragments: Fragment[];
}

/** Reads the host's configuration. Throws `config_invalid` with the file that is wrong. */
export async function readSettings(paths: Paths): Promise<Settings> {
  return settingsOf(await readInputs(paths));
}

/** Reads and merges the fragments. Throws `config_invalid` with the file that is wrong. */
export async function readInputs(paths: Paths): Promise<Merged> {
  const fragments = await readFragments(paths);
  for (const { file, values } of fragments) checkInputs(values, file);
  return mergeInputs(paths, fragments);
}

/** Whether a fragment has known keys with fitting values only. Throws `config_invalid`. */
export function checkInputs(values: unknown, file: string): void {
  const { server, mirrors = [], lock } = parse(Inputs, values, file, 'config_invalid');
  const addresses = [server ?? [], mirrors, lock?.endpoints ?? []].flat();
  const wrong = addresses.find((address) => !URL.canParse(address));
  if (wrong === undefined) return;
  throw new InterlockError('config_invalid', { file, problem: `${wrong} is not a valid URL` });
}

/** The later fragment wins, key by key. */
export function mergeInputs({ root }: Pick<Paths, 'root'>, fragments: Fragment[]): Merged {
  const kind = root === '/' ? 'system' : 'file';
  const inputs = fragments.map(({ values }) => values).reduce<Inputs>(merge, { machine: { kind } });
  return { inputs, fragments };
}

function merge(below: Inputs, above: Inputs): Inputs {
  const tables = ['labels', 'lock', 'health', 'hooks', 'machine'] as const;
  const merged = tables.flatMap((key) =>
    below[key] || above[key] ? [[key, { ...below[key], ...above[key] }]] : [],
  );
  return { ...below, ...above, ...Object.fromEntries(merged) };
}

/** Fills in defaults. Throws `config_invalid` for settings that contradict each other. */
export function settingsOf({ inputs, fragments }: Merged): Settings {
  const health = { settle: 120, steady: 30, timeout: 30, ...inputs.health };
  const pollSeconds = inputs.poll ?? 3600;
  const retrySeconds = inputs.retry ?? Math.min(60, pollSeconds);
  const contradiction = contradictionIn({ health, pollSeconds, retrySeconds });
  if (contradiction) throw invalid(fragments, ...contradiction);
  return {
    server: inputs.server?.replace(/\/+$/, '') ?? null,
    ca: inputs.ca ?? null,
    mirrors: (inputs.mirrors ?? []).map((url) => url.replace(/\/+$/, '')),
    maxRate: inputs.max_rate ?? null,
    name: inputs.name ?? null,
    channel: inputs.channel ?? 'stable',
    group: inputs.group ?? 'default',
    labels: inputs.labels ?? {},
    joinToken: inputs.join_token ?? '',
    pollSeconds,
    retrySeconds,
    lock: lockOf(inputs.lock, fragments),
    health,
    hooks: { timeout: 300, ...inputs.hooks },
    machine: inputs.machine?.kind ?? 'system',
    sources: fragments.map(({ file }) => file),
  };
}

function lockOf(lock: Inputs['lock'], fragments: Fragment[]): Settings['lock'] {
  if (!lock?.kind) {
    if (lock && Object.keys(lock).length > 0) throw invalid(fragments, 'lock', 'lock.kind is missing');
    return null;
  }
  if (lock.kind === 'none') return { ...lock, kind: 'none' };
  if (!lock.endpoints) throw invalid(fragments, 'lock', 'lock.endpoints is missing');
  if (Boolean(lock.cert) !== Boolean(lock.key)) {
    throw invalid(fragments, 'lock', 'lock.cert and lock.key go together');
  }
  if (Boolean(lock.username) !== Boolean(lock.password)) {
    throw invalid(fragments, 'lock', 'lock.username and lock.password go together');
  }
  return { ...lock, kind: 'etcd', endpoints: lock.endpoints };
}

function invalid(fragments: Fragment[], key: string, problem: string): InterlockError {
  const file = fragments.findLast(({ values }) => key in values)?.file ?? 'agent.d';
  return new InterlockError('config_invalid', { file, problem });
}
