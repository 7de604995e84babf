import { Inputs } from '../../protocol/documents/host-inputs.ts';
import type { SourceName } from '../../protocol/documents/user-data-sources.ts';
import { problemOfWindows, type Window } from '../../protocol/documents/window.ts';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { contradictionIn } from '../../protocol/rules/contradiction.ts';
import { etcdContradiction } from '../../protocol/rules/etcd-contradiction.ts';
import { lockContradiction } from '../../protocol/rules/lock-contradiction.ts';
import type { Labels } from '../../protocol/schema/labels.ts';
import { parse } from '../../protocol/schema/schema.ts';
import { type Fragment, readFragments } from './fragments.ts';
import type { Paths } from './paths.ts';

/** How a host gets into an etcd; without `discovery` it is a client. */
export type EtcdSettings = Required<
  Pick<NonNullable<Inputs['etcd']>, 'mode' | 'authority' | 'signer' | 'join'>
> &
  Pick<NonNullable<Inputs['etcd']>, 'discovery' | 'address'>;

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
  lock: (Inputs['lock'] & ({ kind: 'etcd' } | { kind: 'none' })) | null;
  /** null: this host is in no etcd that forms by itself. */
  etcd: EtcdSettings | null;
  /** Seconds: time to become healthy, time to stay so, limit of one check. */
  health: { settle: number; steady: number; timeout: number };
  hooks: { timeout: number };
  tasks: { timeout: number };
  /** Hours in which this host may go down; none: at any time. */
  windows: Window[];
  /** Where user-data is looked for (null: by the firmware), and for how many seconds. */
  userData: { sources: SourceName[] | null; timeout: number };
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
  const { server, mirrors = [], lock, etcd } = parse(Inputs, values, file, 'config_invalid');
  const addresses = [
    server ?? [],
    mirrors,
    lock?.endpoints ?? [],
    etcd?.discovery ?? [],
    etcd?.signer ?? [],
  ].flat();
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
  const tables = ['labels', 'lock', 'etcd', 'health', 'hooks', 'tasks', 'user_data', 'machine'] as const;
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
  const windows = inputs.window ?? [];
  const problem = problemOfWindows(windows);
  if (problem) throw invalid(fragments, 'window', problem);
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
    lock: lockOf(inputs, fragments),
    etcd: etcdOf(inputs, fragments),
    health,
    hooks: { timeout: 300, ...inputs.hooks },
    tasks: { timeout: 3600, ...inputs.tasks },
    windows,
    userData: { sources: inputs.user_data?.sources ?? null, timeout: inputs.user_data?.timeout ?? 60 },
    machine: inputs.machine?.kind ?? 'system',
    sources: fragments.map(({ file }) => file),
  };
}

function lockOf(inputs: Inputs, fragments: Fragment[]): Settings['lock'] {
  const contradiction = lockContradiction(inputs);
  if (contradiction) throw invalid(fragments, ...contradiction);
  const { lock } = inputs;
  return lock?.kind ? { ...lock, kind: lock.kind } : null;
}

function etcdOf(inputs: Inputs, fragments: Fragment[]): EtcdSettings | null {
  const contradiction = etcdContradiction(inputs);
  if (contradiction) throw invalid(fragments, ...contradiction);
  return inputs.etcd?.mode ? (inputs.etcd as EtcdSettings) : null;
}

function invalid(fragments: Fragment[], key: string, problem: string): InterlockError {
  const file = fragments.findLast(({ values }) => key in values)?.file ?? 'agent.d';
  return new InterlockError('config_invalid', { file, problem });
}
