import { Type } from 'typebox';
import { parseJson } from '../../protocol/schema/schema.ts';
import { freshMemory, Memory } from '../state-machine/memory.ts';

/**
 * A state file as it may be read: `look` and `problem` are for people alone, and a damaged one must not cost the rest.
 * Unknown fields are kept, so that an older agent loses nothing that a newer one wrote.
 */
const State = Type.Object({
  ...Memory.properties,
  look: Type.Optional(Type.Unsafe<Memory['look']>(Type.Unknown())),
  problem: Type.Optional(Type.Unsafe<Memory['problem']>(Type.Unknown())),
});

/** Reads the state file's text. Throws `state_invalid` rather than let the state machine run on half a memory. */
export function checkMemory(text: string, file: string): Memory {
  const known = parseJson(State, text, file, 'state_invalid');
  return { ...freshMemory(known.since), ...known };
}
