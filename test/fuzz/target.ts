import type { Random } from './random.ts';

/** One reader of bytes that strangers may have made. */
export interface FuzzTarget {
  /** Small inputs that are right, to start from. */
  corpus(): Buffer[] | Promise<Buffer[]>;
  /** Reads an input; must end in a value, or in an error of the table that is no defect. */
  run(input: Buffer): unknown;
  /** Changes that bytes alone seldom hit on; half of all changes are made by it. */
  mutate?(input: Buffer, random: Random): Buffer;
  /** Makes checksums and lengths right again, so that a change gets past them. */
  repair?(input: Buffer, random: Random): Buffer;
}

const folder = new URL('./targets/', import.meta.url);

/** Loads a target by its name. */
export async function loadTarget(name: string): Promise<FuzzTarget> {
  const { target } = (await import(new URL(`${name}.ts`, folder).href)) as { target: FuzzTarget };
  return target;
}
