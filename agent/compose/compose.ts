import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { imageFloorFile, imageRootFile } from '../../protocol/documents/trust.ts';
import { asInterlockError, type InterlockError } from '../../protocol/errors/interlock-error.ts';
import { createHttpAgents } from '../../system/http/http-agents.ts';
import type { Paths } from '../config/paths.ts';
import { readPem } from '../config/read-pem.ts';
import type { Settings } from '../config/settings.ts';
import { createDownload } from '../download/download.ts';
import { isClockSynchronised } from '../hosts/clock.ts';
import { openFileHost } from '../hosts/file-host.ts';
import { readHostname } from '../hosts/read-hostname.ts';
import { openSystemHost } from '../hosts/system-host.ts';
import type { EtcdLockOptions } from '../lock/etcd.ts';
import { openLock } from '../lock/open-lock.ts';
import type { Carried } from '../offline/open-bundle.ts';
import type { ClockPort } from '../ports/clock.ts';
import type { Running } from '../ports/host.ts';
import { otherSlot } from '../ports/host.ts';
import type { Place } from '../ports/lock.ts';
import type { Ports } from '../ports/ports.ts';
import type { ServerPort } from '../ports/server.ts';
import type { SlotPort } from '../ports/slot.ts';
import type { TrustPort } from '../ports/trust.ts';
import { openScripts } from '../scripts/open-scripts.ts';
import type { Identity } from '../server/identity.ts';
import { openServer } from '../server/open-server.ts';
import { openRest } from '../server/retry-after.ts';
import { lookAtDisk } from '../state/look-at-disk.ts';
import { readMachineId } from '../state/machine-id.ts';
import { openTrust } from '../trust/open-trust.ts';
import { createSlotPort } from '../write/write.ts';

/** The agent's ports over a real or a file-backed host, as the configuration has it. */
export interface Composed {
  ports: Ports;
  running: Running;
  /** Lets go of mounts. */
  close(): Promise<void>;
}

/** What was read before. */
interface Given {
  identity: Identity | null;
  /** What is wrong with today's configuration: no new update begins, and all else goes on. */
  problem: InterlockError | null;
  /** A carried medium stands in for the server's releases. */
  carried?: Carried | null;
}

/** Opens everything the agent needs; nothing is sent yet, and no file that only updates need can stop it. */
export async function compose(
  paths: Paths,
  settings: Settings,
  signal: AbortSignal,
  { identity: enrolled, problem: wrong, carried = null }: Given,
): Promise<Composed> {
  const host = await (settings.machine === 'file' ? openFileHost(paths.root) : openSystemHost());
  try {
    const running = await host.machine.running();
    const name = settings.name ?? running.name;
    const { value: ca, problem: caProblem } = await orProblem(
      settings.ca ? readPem(settings.ca, 'certificate') : undefined,
    );
    const { value: machineId = '', problem: idProblem } = await orProblem(readMachineId(paths));
    // who is enrolled has a name already
    const problem = wrong ?? caProblem ?? (enrolled ? null : idProblem);
    let identity = enrolled;
    const { server: url, channel, group } = settings;
    const place = (): Place | null => {
      if (problem) throw problem;
      return (
        settings.lock && {
          kind: settings.lock.kind,
          endpoints: settings.lock.endpoints ?? [],
          group,
          host: identity?.hostId ?? hostIdOf(machineId),
        }
      );
    };
    const cannotAsk = url === null ? problem : caProblem;
    const server = cannotAsk
      ? refuse(cannotAsk)
      : url === null
        ? null
        : openServer({
            server: url,
            ca,
            channel,
            group,
            signal,
            rest: openRest(url, paths.run),
            trouble: () => lookAtDisk(paths.state),
            identity,
            state: paths.state,
            enroll: {
              ...(settings.joinToken ? { joinToken: settings.joinToken } : {}),
              machineId,
              hostname: await readHostname(paths),
              name,
              arch: running.arch,
            },
            onEnrolled: (made) => {
              identity = made;
            },
          });
    const trusted = carried ?? url;
    const trust = problem
      ? refuse(problem)
      : trusted === null
        ? null
        : openTrust({
            cacheDir: join(paths.state, 'trust'),
            imageRoot: join(paths.image, imageRootFile),
            imageFloor: join(paths.image, imageFloorFile),
            server: trusted,
            ...(settings.ca ? { ca: settings.ca } : {}),
            name,
            channel,
            clock,
            ...(settings.machine === 'file' ? {} : { isClockSynchronised }),
          });
    const ports: Ports = {
      machine: host.machine,
      loader: host.loader,
      slot: slotPort(host.storage, settings, ca, carried),
      lock: openLock(
        place,
        () => etcdOptions(settings),
        () => clock.now(),
      ),
      trust,
      server,
      scripts: openScripts(paths.etc, settings, signal),
      clock,
      wrong: problem,
    };
    return { ports, running, close: () => host.close() };
  } catch (error) {
    await host.close();
    throw error;
  }
}

const clock: ClockPort = {
  now: () => new Date(),
  sleep: (ms, signal) => sleep(ms, undefined, { signal }),
  nonce: () => randomBytes(16).toString('hex'),
};

function slotPort(
  storage: Parameters<typeof createSlotPort>[0],
  { mirrors, server, maxRate }: Settings,
  ca: string | undefined,
  carried: Carried | null,
): SlotPort {
  const sources = [...(carried ? [carried] : []), ...mirrors, ...(server ? [server] : [])];
  return {
    async write(target, running, ...more) {
      const download = createDownload({ sources, maxRate, agents: createHttpAgents(ca) });
      await createSlotPort(storage, download).write(target, running, ...more);
      // here and not only at the flip: nobody waits for a place, and no host is drained, for what cannot start
      if (target.rootHash !== running.rootHash) {
        await storage.bootFiles.check(otherSlot(running.slot), target.rootHash);
      }
    },
  };
}

async function etcdOptions({ lock }: Settings): Promise<EtcdLockOptions> {
  if (!lock) return { endpoints: [] };
  const { endpoints = [], ca, cert, key, username, password, member } = lock;
  return {
    endpoints,
    ...(ca ? { ca: await readPem(ca, 'certificate') } : {}),
    ...(cert ? { cert: await readPem(cert, 'certificate') } : {}),
    ...(key ? { key: await readPem(key, 'key') } : {}),
    ...(username ? { username } : {}),
    ...(password ? { password } : {}),
    ...(member ? { member } : {}),
  };
}

/** Nothing new is taken while something is wrong that a person has to put right. */
function refuse(problem: InterlockError): TrustPort & ServerPort {
  const no = () => Promise.reject(problem);
  return { accept: no, checkIn: no, report: no };
}

/** What is only needed for something new may fail: it is told, and the rest goes on. */
async function orProblem<T>(
  value: Promise<T> | T,
): Promise<{ value: T; problem: null } | { value: undefined; problem: InterlockError }> {
  try {
    return { value: await value, problem: null };
  } catch (error) {
    return { value: undefined, problem: asInterlockError(error) };
  }
}

/** A host that never enrolled still needs a name in the lock; the machine id itself is not shown around. */
function hostIdOf(machineId: string): string {
  return createHash('sha256').update(`interlock lock ${machineId}`).digest('hex').slice(0, 32);
}
