import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode, InterlockError } from '../../../protocol/errors/interlock-error.ts';
import type { Arch } from '../../../protocol/schema/schema.ts';
import { run } from '../../../system/process/run.ts';
import { buildHostArch } from '../../build-host/build-host-arch.ts';
import { intoNamespaces, type SandboxMode, sandboxMode } from './sandbox-mode.ts';

/** The e_machine of ELF headers (System V ABI), as the kernel's register of foreign formats shows a magic. */
const machines: Record<Arch, string> = { 'x86-64': '3e00', arm64: 'b700' };
const machineAt = 2 * 18;

/** What qemu-user-static tells systemd-binfmt(8) to register. */
const registrations: Record<Arch, string> = { 'x86-64': 'qemu-x86_64.conf', arm64: 'qemu-aarch64.conf' };

/** What runs foreign programs on this machine: where it lies, other than in tests. */
export interface EmulationSite {
  machine?: Arch;
  /** The kernel's register of foreign formats. */
  register?: string;
  /** Files of binfmt.d(5). */
  formats?: string;
}

/**
 * The binfmt.d(5) file by which the sandbox runs an architecture's programs without a change of this machine; nothing
 * for its own architecture, where qemu-user-static is missing, and before Linux 6.7, whose user namespaces have no register.
 */
export async function emulatorFor(
  arch: Arch,
  mode?: SandboxMode,
  site: EmulationSite = {},
): Promise<string | undefined> {
  const file = registrationOf(arch, site);
  if (arch === (site.machine ?? buildHostArch()) || !existsSync(file)) return undefined;
  return (await hasOwnRegister(mode ?? (await sandboxMode()))) ? file : undefined;
}

function registrationOf(arch: Arch, { formats = '/usr/lib/binfmt.d' }: EmulationSite): string {
  return join(formats, registrations[arch]);
}

async function hasOwnRegister(mode: SandboxMode): Promise<boolean> {
  const [tool = '', ...args] = intoNamespaces(mode, true);
  const mounted = ['mount', '-t', 'binfmt_misc', 'binfmt_misc', '/proc/sys/fs/binfmt_misc'];
  try {
    await run(tool, [...args, ...mounted]);
    return true;
  } catch (error) {
    if (hasCode(error, 'tool_failed')) return false;
    throw error;
  }
}

/**
 * Makes sure that the package scripts of an architecture run here: it is this machine's, or the kernel knows an
 * interpreter that also works inside a chroot (flag F, as qemu-user-static registers it), or the sandbox can register it. Throws `emulation_missing`.
 */
export async function checkEmulation(arch: Arch, site: EmulationSite = {}): Promise<void> {
  const { machine = buildHostArch(), register = '/proc/sys/fs/binfmt_misc' } = site;
  if (arch === machine || (await emulatorFor(arch, undefined, site))) return;
  const refuse = (problem: string) => {
    const isInstalled = existsSync(registrationOf(arch, site));
    return missing(arch, isInstalled ? problem : `qemu-user-static is not installed, and ${problem}`);
  };
  // reported below as not mounted
  const names: string[] = await readdir(register).catch(() => []);
  if (!names.includes('register')) throw refuse(`${register} is not mounted`);
  const entries = await Promise.all(
    // `register` itself can only be written
    names.map((name) => readFile(join(register, name), 'utf8').catch(() => '')),
  );
  const found = entries.filter((text) => /^enabled$/m.test(text) && magicOf(text) === machines[arch]);
  if (found.some((text) => /^flags: .*F/m.test(text))) return;
  const problem =
    found.length > 0 ? 'its interpreter is not kept open (flag F)' : 'no interpreter is registered';
  throw refuse(problem);
}

function magicOf(text: string): string | undefined {
  return /^magic ([0-9a-f]+)$/m.exec(text)?.[1]?.slice(machineAt, machineAt + 4);
}

function missing(arch: Arch, problem: string): InterlockError {
  return new InterlockError('emulation_missing', { arch, machine: buildHostArch(), problem });
}
