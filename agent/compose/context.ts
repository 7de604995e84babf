import type { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { asInterlockError } from '../../protocol/errors/interlock-error.ts';
import type { Paths } from '../config/paths.ts';
import { readPem } from '../config/read-pem.ts';
import type { Settings } from '../config/settings.ts';
import { endpointsOf } from '../etcd/lock-options.ts';
import type { OfflineBundle } from '../offline/open-bundle.ts';
import type { Running } from '../ports/host.ts';
import type { Identity } from '../server/identity.ts';
import { readMachineId } from '../state/machine-id.ts';

/** What was read before the ports are opened. */
export interface Given {
  identity: Identity | null;
  /** What is wrong with the present configuration: it stops new updates and nothing else. */
  problem: InterlockError | null;
  /** Stands in for the server's releases. */
  bundle?: OfflineBundle | null;
  /** What an operator typed, to be run while a place is held. */
  command?: readonly string[] | null;
}

/** What every port is opened with. */
export interface Context {
  paths: Paths;
  settings: Settings;
  signal: AbortSignal;
  running: Running;
  /** Name of the image that this host follows. */
  name: string;
  /** PEM text of the server's authority. */
  ca: string | undefined;
  caProblem: InterlockError | null;
  machineId: string;
  /** Client URLs of the etcd that this host is in; null until it is formed. */
  endpoints: string[] | null;
  /** Why no new update begins. */
  problem: InterlockError | null;
  /** Changes when the host enrolls during this run. */
  identity: Identity | null;
  bundle: OfflineBundle | null;
}

/** Reads what the ports share; a file that only new updates need becomes the `problem` and stops nothing else. */
export async function readContext(
  paths: Paths,
  settings: Settings,
  signal: AbortSignal,
  running: Running,
  { identity, problem, bundle = null }: Given,
): Promise<Context> {
  const ca = await orProblem(settings.ca ? readPem(settings.ca, 'certificate') : undefined);
  const machineId = await orProblem(readMachineId(paths));
  // a state that cannot be read is one that is not formed, and its unit says why
  const endpoints = settings.etcd && (await endpointsOf(paths.root).catch(() => null));
  return {
    paths,
    settings,
    signal,
    running,
    name: settings.name ?? running.name,
    ca: ca.value,
    caProblem: ca.problem,
    machineId: machineId.value ?? '',
    endpoints,
    // an enrolled host has a name already and needs no machine id
    problem: problem ?? ca.problem ?? (identity ? null : machineId.problem),
    identity,
    bundle,
  };
}

async function orProblem<T>(
  value: Promise<T> | T,
): Promise<{ value: T; problem: null } | { value: undefined; problem: InterlockError }> {
  try {
    return { value: await value, problem: null };
  } catch (error) {
    return { value: undefined, problem: asInterlockError(error) };
  }
}
