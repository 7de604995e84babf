import { existsSync } from 'node:fs';
import { access, chmod, constants, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import type { Arch } from '../../../protocol/schema/schema.ts';
import { temporaryPrefix, withScratch } from '../../../system/files/scratch.ts';
import { run } from '../../../system/process/run.ts';
import { emulatorFor } from './emulation.ts';
import { intoNamespaces, type SandboxMode, sandboxMode } from './sandbox-mode.ts';
import { type SimulatedHost, simulatedFiles, standardHost } from './simulated-host.ts';

/** How a program is run in the sandbox. */
export interface SandboxOptions {
  /** Found out by trying unless given. */
  mode?: SandboxMode;
  /** The whole environment. */
  env: NodeJS.ProcessEnv;
  /** The host that the program sees: `standardHost` unless given. */
  host?: SimulatedHost;
  /** What the program is made for. */
  arch: Arch;
  /** How many of its last lines are kept when it fails. */
  lines?: number;
}

const enter = fileURLToPath(new URL('enter.sh', import.meta.url));
/** A builder that is killed takes along what it started. */
const endsWithParent = ['--pdeathsig', 'KILL'];
/** What the sandbox's programs end with when they could not hide something. */
const refusal = 125;
/** What the shell ends with that found no such program. */
const notFound = 127;

/**
 * Runs a program of the build host as root of namespaces of its own, without network, on a simulated host: nothing
 * that identifies the build host is in /proc, /sys and /etc. Returns what it printed. Throws `tool_failed`, or
 * `sandbox_forbidden` rather than showing something of the build host.
 */
export async function inSandbox(argv: readonly string[], options: SandboxOptions): Promise<string> {
  const { env, arch, lines, host = standardHost } = options;
  const mode = options.mode ?? (await sandboxMode());
  return withScratch(temporaryPrefix(), async (work) => {
    // root of a user namespace is somebody else
    await chmod(work, 0o755);
    await requireExecution(work);
    for (const [path, content] of simulatedFiles(host, arch)) {
      const file = join(work, 'machine', path);
      await mkdir(content === null ? file : dirname(file), { recursive: true });
      if (content !== null) await writeFile(file, content);
    }
    const { hostname, lastPid, oneCpu, olderSecs } = host;
    const emulator = await emulatorFor(arch, mode);
    const machine = [hostname, String(lastPid), String(oneCpu), emulator ?? ''];
    const entered = ['/bin/sh', enter, work, ...machine, ...argv];
    const spaces = intoNamespaces(mode, emulator !== undefined);
    const unshared = [...endsWithParent, ...spaces, ...timeNamespace(olderSecs), ...entered];
    return run('setpriv', unshared, { env, endsWithUs: true, ...(lines && { lines }) }).catch((error) => {
      throw sandboxProblem(error, argv[0]!);
    });
  });
}

/** Options of unshare(1) for a clock that has run longer; kernels may lack it. */
function timeNamespace(olderSecs: number): string[] {
  if (olderSecs === 0 || !existsSync('/proc/self/ns/time')) return [];
  return ['--time', '--boottime', String(olderSecs), '--monotonic', String(olderSecs)];
}

/** Names the program that failed instead of the one that started it. */
function sandboxProblem(error: unknown, tool: string): unknown {
  if (!(error instanceof InterlockError) || error.code !== 'tool_failed') return error;
  const { status, output } = error.details;
  const [, problem] = /^sandbox: (.*)$/m.exec(String(output)) ?? [];
  if (status === refusal && problem) {
    return new InterlockError('sandbox_forbidden', { problem }, { cause: error });
  }
  if (status === notFound && String(output).endsWith(`${tool}: not found`)) {
    return new InterlockError('tool_missing', { tool, package: tool }, { cause: error });
  }
  return new InterlockError('tool_failed', { tool, status: status!, output: output! }, { cause: error });
}

/** Programs of an image run from folders beside this one; the kernel would only say that permission is denied. */
async function requireExecution(work: string): Promise<void> {
  const program = join(work, 'program');
  await writeFile(program, '', { mode: 0o755 });
  await access(program, constants.X_OK).catch((cause) => {
    throw new InterlockError('no_execution', { folder: dirname(work) }, { cause });
  });
}
