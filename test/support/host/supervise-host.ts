import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BootFacts, fileHostPaths } from '../../../agent/hosts/file-host.ts';
import { parseOsRelease } from '../../../agent/hosts/os-release.ts';
import { rebootExitCode } from '../../../agent/hosts/reboot.ts';
import { writeDurably } from '../../../system/files/durable.ts';
import { type AgentExit, type AgentProcess, startAgent } from './agent-process.ts';
import { bootSlot, type PowerOn } from './boot-slot.ts';
import { layOutImage } from './lay-out-image.ts';

/** What a watcher of a host sees. */
interface HostEvents {
  /** It came up. */
  booted: [BootFacts & { version: string }];
  /** A boot ended in a panic; the next attempt follows. */
  panicked: [{ slot: string; generation: number; reason: string }];
  /** A run of the agent ended. */
  agent: [AgentExit];
  /** The agent asked for a reboot. */
  rebooting: [];
  /** No entry leads anywhere: a person must come. */
  dead: [string];
}

/** A computer that is a folder: power, boot loader and the timer that starts the agent. */
export interface Host {
  dir: string;
  events: EventEmitter<HostEvents>;
  /** Switches it on; resolves when it is up. */
  start(): Promise<void>;
  /** Ends the agent by SIGTERM and switches off. */
  stop(): Promise<void>;
  /** Kills the agent's present run; the timer starts the next one. False when none runs. */
  kill9(): boolean;
  /** The power goes and comes back: a new boot, at any moment. Resolves when it is up again. */
  powerCut(): Promise<void>;
  /** What runs, and its version; during a boot it waits for what comes up. */
  running(): Promise<BootFacts & { version: string }>;
  /** What `interlock-agent status --json` prints. */
  status(): Promise<unknown>;
}

/** Which folder to run, how often, and with which agent. */
export interface Supervision {
  dir: string;
  pollMs: number;
  agent?: string;
}

/** Where the host's own files stay across updates; `/etc/interlock` is made from these and the image's at each boot. */
export const ownConfig = 'own/etc/interlock';

/** More attempts than any counter has tries. */
const mostAttempts = 12;

/** Takes over a host folder that `createHost` made, also one left by another process. */
export function superviseHost({ dir, pollMs, agent }: Supervision): Host {
  const events = new EventEmitter<HostEvents>();
  const at = (path: string) => join(dir, path);
  let power = new AbortController();
  let process_: AgentProcess | undefined;
  let life = Promise.resolve();
  let up = Promise.resolve();

  const host: Host = {
    dir,
    events,
    async start() {
      power = new AbortController();
      up = powerOn();
      await up;
      life = live(power.signal).catch((error: Error) => {
        events.emit('dead', error.message);
      });
    },
    async stop() {
      power.abort();
      process_?.kill('SIGTERM');
      await life;
    },
    kill9() {
      if (!process_) return false;
      process_.kill('SIGKILL');
      return true;
    },
    async powerCut() {
      power.abort();
      process_?.kill('SIGKILL');
      await life;
      await host.start();
    },
    async running() {
      await up;
      return readRunning();
    },
    async status() {
      const { stdout } = await startAgent(dir, ['status', '--json'], agent).ended;
      return JSON.parse(stdout);
    },
  };
  return host;

  async function readRunning(): Promise<BootFacts & { version: string }> {
    const facts = JSON.parse(await readFile(at(fileHostPaths.bootFacts), 'utf8')) as BootFacts;
    const release = parseOsRelease(await readFile(at(fileHostPaths.osRelease), 'utf8'));
    return { ...facts, version: release.get('IMAGE_VERSION') ?? '' };
  }

  /** Runs the agent again and again, and boots when it asks for it. */
  async function live(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      process_ = startAgent(dir, ['run'], agent);
      const exit = await process_.ended;
      process_ = undefined;
      events.emit('agent', exit);
      if (signal.aborted) return;
      if (exit.code === rebootExitCode) {
        events.emit('rebooting');
        up = powerOn();
        await up;
      } else {
        await sleep(pollMs, undefined, { signal }).catch(() => {});
      }
    }
  }

  /** Boots until a slot comes up; a panic is a reset, as `panic=1` makes it. */
  async function powerOn(): Promise<void> {
    await rm(at('run'), { recursive: true, force: true });
    for (let attempt = 0; attempt < mostAttempts; attempt++) {
      const booted = await bootSlot(at(fileHostPaths.disk), at(fileHostPaths.esp));
      if (!booted) throw new Error('no entry is usable');
      const panic = booted.panic ?? (await comeUp(booted));
      if (panic === null) return;
      const { slot, generation } = booted.entry;
      events.emit('panicked', { slot, generation, reason: panic });
    }
    throw new Error('it panics for ever');
  }

  /** Mounts and starts what dm-verity let through. An image with `usr/lib/interlock/panic` never gets that far. */
  async function comeUp({ entry, slot, rootHash }: PowerOn): Promise<string | null> {
    const paths = await layOutImage(slot.root, at(fileHostPaths.booted), at(ownConfig), at('etc/interlock'));
    if (paths.includes('usr/lib/interlock/panic')) return 'Attempted to kill init!';
    const facts: BootFacts = {
      bootId: randomUUID(),
      slot: entry.slot,
      rootHash,
      generation: entry.generation,
    };
    await mkdir(dirname(at(fileHostPaths.bootFacts)), { recursive: true });
    await writeDurably(at(fileHostPaths.bootFacts), JSON.stringify(facts));
    events.emit('booted', await readRunning());
    return null;
  }
}
