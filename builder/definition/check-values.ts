import { veritySize } from '../../protocol/formats/disk/verity.ts';
import { templateOf } from '../../protocol/text/unit-name.ts';
import { platforms } from '../platforms/platforms.ts';
import type { Definition } from './definition.ts';
import { kernelCommandLine, longestCommandLine } from './kernel-command-line.ts';
import { placeOf } from './place-of.ts';
import { type Problem, refuseAll } from './refuse-all.ts';

/** Refuses values that contradict each other or that no image can have: all of them at once, each with file and line. */
export function checkValues(definition: Definition): void {
  refuseAll([
    ...slotProblems(definition),
    ...cmdlineProblems(definition),
    ...unitProblems(definition),
    ...removeProblems(definition),
    ...platformProblems(definition),
  ]);
}

/** A root that fills its partition must have a hash tree that fits the other one. */
function slotProblems(definition: Definition): Problem[] {
  const { root, verity } = definition.slots;
  const needed = veritySize(root);
  if (verity >= needed) return [];
  const problem = `slots/verity has ${verity} bytes; the hash tree of a full root needs ${needed}: at least "${sizeText(needed)}"`;
  return [{ ...placeOf(definition, ['slots', 'verity']), problem }];
}

function sizeText(bytes: number): string {
  const mebibyte = 1024 * 1024;
  return bytes < mebibyte ? `${Math.ceil(bytes / 1024)} KiB` : `${Math.ceil(bytes / mebibyte)} MiB`;
}

function cmdlineProblems(definition: Definition): Problem[] {
  const whole = kernelCommandLine(definition, '0'.repeat(64)).length;
  if (whole <= longestCommandLine) return [];
  const room = longestCommandLine - (whole - definition.cmdline.length);
  const problem = `cmdline has ${definition.cmdline.length} bytes; the kernel leaves room for ${room}`;
  return [{ ...placeOf(definition, ['cmdline']), problem }];
}

function unitProblems(definition: Definition): Problem[] {
  return definition.units.flatMap((unit) => {
    const masked = [unit, templateOf(unit)].find((name) => definition.mask.includes(name));
    if (masked === undefined) return [];
    const mask = placeOf(definition, ['mask'], masked);
    const what = masked === unit ? 'it' : masked;
    const problem = `unit ${unit} is to start, and ${mask.file}:${mask.line} masks ${what}: remove one of the two`;
    return [{ ...placeOf(definition, ['units'], unit), problem }];
  });
}

function platformProblems(definition: Definition): Problem[] {
  return [...foreignPlatforms(definition), ...driverProblems(definition)];
}

function foreignPlatforms(definition: Definition): Problem[] {
  const { arch } = definition;
  return definition.platforms
    .filter((name) => !(arch in platforms[name].serial))
    .map((name) => {
      const taken = Object.keys(platforms[name].serial).join(' and ');
      const problem = `platform ${name} takes ${taken}, and this is built for ${arch}: write it below [arch.${taken}]`;
      return { ...placeOf(definition, ['platforms'], name), problem };
    });
}

function driverProblems(definition: Definition): Problem[] {
  if (!definition.kernel.includes('cloud')) return [];
  return definition.platforms
    .filter((name) => platforms[name].kernel === 'generic')
    .map((name) => {
      const { file, line } = placeOf(definition, ['kernel']);
      const problem = `platform ${name} needs drivers that ${file}:${line} does without: kernel = "generic", or leave kernel out`;
      return { ...placeOf(definition, ['platforms'], name), problem };
    });
}

function removeProblems(definition: Definition): Problem[] {
  return definition.remove
    .filter((glob) => /^[/*]*$/.test(glob))
    .map((glob) => {
      const problem = `remove takes everything: "${glob}" names the whole root`;
      return { ...placeOf(definition, ['remove'], glob), problem };
    });
}
