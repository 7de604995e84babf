import { InterlockError } from '../../../protocol/errors/interlock-error.ts';
import type { Definition } from '../../definition/definition.ts';
import { placeOf } from '../../definition/place-of.ts';
import { platforms } from '../../platforms/platforms.ts';
import type { Tree } from '../../tree/entries/entry.ts';
import { type Module, type ModuleIndex, moduleName, readModules } from './read-modules.ts';

/** What finding and checking a root takes on the machines we know; those a kernel lacks or has built in are skipped. */
const usual = [
  'dm_mod',
  // before dm-verity asks for a hash: by the processor's vectors or its own instructions, several times as fast
  'sha256_ssse3',
  'sha2_ce',
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
  // of arm64 servers
  'sbsa_gwdt',
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
  // what these watchdogs hang on
  'lpc_ich',
  'i2c_i801',
  'iTCO_wdt',
  'sp5100_tco',
];

/** What a live boot takes to read its medium. */
const ofMedia = ['loop', 'isofs', 'sr_mod'];

/** Comes after every real watchdog: where there is none, a hang of process 1 still ends. */
const lastWatchdog = 'softdog';

/** The modules of an initrd, by their paths in the image. */
export interface InitrdModules {
  /** Loaded by name, each after those it depends on. */
  load: string[];
  /** Loaded when a device asks for them. */
  drivers: string[];
  /** Loaded by name when the root lies on an installer's medium. */
  live: string[];
  /** For modprobe, about both (modules.dep(5), modules.alias); empty when there are no drivers. */
  dependencies: string;
  aliases: string;
}

/**
 * Chooses an initrd's modules. With the generic kernel, drivers for metal lie ready and are loaded by the devices found:
 * all of them at once would be slow, and some hang without their hardware.
 * Throws `definition_invalid` when the definition names a module the kernel does not have.
 */
export async function kernelModules(
  tree: Tree,
  kernel: string,
  definition: Definition,
): Promise<InitrdModules> {
  const folder = `usr/lib/modules/${kernel}`;
  const index = await readModules(tree, folder);
  const wanted = definition.modules.map(moduleName);
  for (const name of wanted) {
    if (!index.has(name)) throw unknown(definition, name);
  }
  const isGeneric = !definition.kernel.includes('cloud');
  const own = definition.platforms.flatMap((name) => platforms[name].load ?? []);
  const load = inOrder(index, [...usual, ...wanted, ...own, ...(isGeneric ? [] : [lastWatchdog])]);
  const all = isGeneric ? inOrder(index, [...ofMetal, lastWatchdog], load) : load;
  const pathsOf = (modules: readonly Module[]) => modules.map(({ path }) => `${folder}/${path}`);
  return {
    load: pathsOf(load),
    drivers: pathsOf(all.slice(load.length)),
    live: pathsOf(inOrder(index, ofMedia, all).slice(all.length)),
    ...(all.length > load.length ? tables(index, all) : { dependencies: '', aliases: '' }),
  };
}

/** `known` and what these names take, each module after those it needs. */
function inOrder(index: ModuleIndex, names: readonly string[], known: readonly Module[] = []): Module[] {
  const order = [...known];
  const met = new Set(known);
  const add = (name: string) => {
    const module = index.find(name);
    if (!module || met.has(module)) return;
    met.add(module);
    for (const before of module.needs) add(before);
    order.push(module);
  };
  for (const name of names) add(name);
  return order;
}

/** What modprobe reads; soft dependencies are written as hard ones, for busybox knows no others. */
function tables(index: ModuleIndex, modules: readonly Module[]) {
  const dependencies = modules.map((module) => {
    const needs = inOrder(index, module.needs).map(({ path }) => path);
    return `${[`${module.path}:`, ...needs.toReversed()].join(' ')}\n`;
  });
  const aliases = modules.flatMap(({ name, aliases: own }) => own.map((alias) => `alias ${alias} ${name}\n`));
  return { dependencies: dependencies.join(''), aliases: aliases.join('') };
}

function unknown(definition: Definition, name: string): InterlockError {
  const written = definition.modules.find((module) => moduleName(module) === name);
  const problem = `module ${name} is not in this kernel`;
  return new InterlockError('definition_invalid', { ...placeOf(definition, ['modules'], written), problem });
}
