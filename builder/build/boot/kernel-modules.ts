import { InterlockError } from '../../../protocol/errors.ts';
import type { Definition } from '../../define/definition.ts';
import { placeOf } from '../../define/line-of.ts';
import { readBody, type Tree } from '../tree/entry.ts';

/** What finding and checking a root takes on the machines we know; those a kernel lacks or has built in are skipped. */
const usual = [
  'dm_mod',
  'dm_verity',
  'erofs',
  'ext4',
  'overlay',
  'vfat',
  'nls_cp437',
  'nls_ascii',
  'efivarfs',
  'virtio_pci',
  'virtio_blk',
  'virtio_scsi',
  'nvme',
  'ahci',
  'sd_mod',
  'mmc_block',
  'vmw_pvscsi',
  'hv_storvsc',
  'xen_blkfront',
  'i6300esb',
];

/** What disks hang on in machines of metal, and the watchdogs of their boards; untested there so far. */
const ofMetal = [
  'ata_piix',
  'ata_generic',
  'vmd',
  'megaraid_sas',
  'mpt3sas',
  'mptsas',
  'mptspi',
  'aacraid',
  'hpsa',
  'smartpqi',
  'arcmsr',
  '3w_sas',
  'isci',
  'mvsas',
  'pm80xx',
  'xhci_pci',
  'ehci_pci',
  'uas',
  'usb_storage',
  'sdhci_pci',
  'sdhci_acpi',
  'ufshcd_pci',
  'iTCO_wdt',
  'sp5100_tco',
];

/** Comes after every real watchdog: where there is none, a hang of process 1 still ends. */
const lastWatchdog = 'softdog';

/**
 * Paths of the modules an initrd loads, each after those it depends on (modules.dep(5), modules.softdep).
 * Throws `definition_invalid` when the definition names a module the kernel does not have.
 */
export async function kernelModules(tree: Tree, kernel: string, definition: Definition): Promise<string[]> {
  const folder = `usr/lib/modules/${kernel}`;
  const read = async (name: string) => {
    const entry = tree.get(`${folder}/${name}`);
    return entry?.type === 'file' ? (await readBody(entry.body)).toString('utf8') : '';
  };
  const index = parseDependencies(await read('modules.dep'));
  const soft = parseSoftDependencies(await read('modules.softdep'));
  const aliases = parseAliases(await read('modules.alias'));
  const builtin = new Set((await read('modules.builtin')).split('\n').map(moduleName));

  const order: string[] = [];
  const met = new Set<string>();
  const add = (name: string) => {
    const module = index.get(name) ?? index.get(aliases.get(name) ?? '');
    if (!module || met.has(module.path)) return;
    met.add(module.path);
    for (const before of soft.get(name) ?? []) add(before);
    for (const before of module.needs) add(before);
    order.push(`${folder}/${module.path}`);
  };
  for (const name of definition.modules.map(moduleName)) {
    if (!index.has(name) && !builtin.has(name)) throw unknown(definition, name);
  }
  const metal = definition.kernel === 'generic' ? ofMetal : [];
  for (const name of [...usual, ...metal, ...definition.modules.map(moduleName), lastWatchdog]) add(name);
  return order;
}

interface Module {
  path: string;
  needs: string[];
}

function parseDependencies(text: string): Map<string, Module> {
  const modules = new Map<string, Module>();
  for (const line of text.split('\n')) {
    const [path, needs = ''] = line.split(':');
    if (!path) continue;
    // depmod lists what to load first last
    modules.set(moduleName(path), {
      path,
      needs: needs.split(' ').filter(Boolean).map(moduleName).reverse(),
    });
  }
  return modules;
}

function parseSoftDependencies(text: string): Map<string, string[]> {
  const lines = text.matchAll(/^softdep (\S+) pre: ([^:\n]*?)(?: post:.*)?$/gm);
  const pairs = [...lines].map(
    ([, name = '', before = '']) => [moduleName(name), before.split(' ')] as const,
  );
  return new Map(pairs.map(([name, before]) => [name, before.filter(Boolean).map(moduleName)]));
}

function parseAliases(text: string): Map<string, string> {
  const lines = text.matchAll(/^alias ([\w-]+) (\S+)$/gm);
  return new Map([...lines].map(([, alias = '', module = '']) => [moduleName(alias), moduleName(module)]));
}

/** The kernel's own spelling of a module: no folder, no suffix, underscores. */
function moduleName(path: string): string {
  return path.replace(/^.*\//, '').replace(/\.ko$/, '').replaceAll('-', '_');
}

function unknown(definition: Definition, name: string): InterlockError {
  const written = definition.modules.find((module) => moduleName(module) === name);
  const problem = `module ${name} is not in this kernel`;
  return new InterlockError('definition_invalid', { ...placeOf(definition, ['modules'], written), problem });
}
