import { grubConfigFile, grubEnvironmentFile } from '../../../protocol/boot/esp.ts';
import {
  decodeGrubEnvironment,
  encodeGrubEnvironment,
  type GrubEnvironment,
  grubEnvironmentLength,
  grubSectorLength,
} from '../../../protocol/boot/grub-environment.ts';
import type { Esp } from '../esp/esp.ts';
import { flushed, type Step } from '../esp/steps.ts';

const folder = grubConfigFile.slice(0, grubConfigFile.lastIndexOf('/'));

/** GRUB's environment block as it lies on the ESP. */
export interface FoundEnvironment {
  /** Whether it has its length, so that it can be written in place. */
  isWhole: boolean;
  sector: string;
  /** What it says; nothing when it is torn. */
  environment: GrubEnvironment | undefined;
}

/** Reads the block; null on a disk without GRUB, which only boots by UEFI. */
export async function readEnvironment(esp: Esp): Promise<FoundEnvironment | null> {
  const script = grubConfigFile.slice(folder.length + 1);
  if (!(await esp.list(folder)).includes(script)) return null;
  const whole = { offset: 0, length: grubEnvironmentLength };
  const block = (await esp.bytes(grubEnvironmentFile, whole)) ?? Buffer.alloc(0);
  return {
    isWhole: block.length === grubEnvironmentLength && (await esp.size(grubEnvironmentFile)) === block.length,
    sector: block.toString('latin1', 0, grubSectorLength),
    environment: decodeGrubEnvironment(block),
  };
}

/** Sets it, by one sector in place; a block that was lost or cut short is made anew. Nothing when it says so already. */
export function environmentSteps({ isWhole, sector }: FoundEnvironment, wanted: GrubEnvironment): Step[] {
  const text = encodeGrubEnvironment(wanted).toString('latin1');
  if (!isWhole) return flushed(folder, [{ do: 'write', path: grubEnvironmentFile, text }]);
  const first = text.slice(0, grubSectorLength);
  return first === sector ? [] : [{ do: 'overwrite', path: grubEnvironmentFile, text: first }];
}
