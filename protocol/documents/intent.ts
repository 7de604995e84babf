import { type Static, Type } from 'typebox';
import { InterlockError } from '../errors/interlock-error.ts';
import { canonicalJson } from '../formats/keys/canonical-json.ts';
import { orNull, Positive, parse, parseJson, Sha256, strict, Time, Version, Word } from '../schema/schema.ts';

const Reason = Type.String({ minLength: 1, maxLength: 512 });
const Policy = Type.Enum(['careful', 'normal', 'now']);

/** What can be intended, and with which arguments. */
export const intentArguments = {
  promote: strict({ version: Version, policy: Type.Optional(Policy) }),
  rollback: strict({ version: Version, reason: Reason, policy: Type.Optional(Policy) }),
  block: strict({ version: Version, reason: Reason }),
  unblock: strict({ version: Version }),
  withdraw: strict({ version: Version, reason: Reason }),
  floor: strict({ version: Version }),
  unfloor: strict({ version: Version }),
} as const;
export type IntentVerb = keyof typeof intentArguments;

/** The verbs by name. */
export const intentVerbs = Object.keys(intentArguments) as IntentVerb[];

/**
 * What somebody wants a channel’s key holder to do: it is unsigned and carries no authority. The holder’s own command line
 * makes the document from metadata it verified; of an intent it takes the verb, the arguments and what it was meant on top of.
 */
export const Intent = strict({
  format: Type.Literal(1),
  kind: Type.Literal('interlock-intent'),
  verb: Type.String({ maxLength: 64 }),
  name: Word,
  channel: Word,
  arguments: Type.Record(Type.String(), Type.String({ maxLength: 512 })),
  /** The server that it was made on. */
  server: Type.String({ maxLength: 2048 }),
  /** The channel’s document that its author saw; null when the channel had none. */
  expect: orNull(strict({ serial: Positive, head: Version })),
  created: Time,
  /** SHA-256 of all the rest, so that a damaged file is noticed; it proves nothing. */
  check: Sha256,
});
export type Intent = Static<typeof Intent>;

/** An intent whose arguments are those of its verb. */
export type ReadIntent = {
  [Verb in IntentVerb]: Omit<Intent, 'verb' | 'arguments'> & {
    verb: Verb;
    arguments: Static<(typeof intentArguments)[Verb]>;
  };
}[IntentVerb];

/** The bytes that `check` is the SHA-256 of. */
export function checkedText(intent: Omit<Intent, 'check'>): string {
  const { format, kind, verb, name, channel, arguments: args, server, expect, created } = intent;
  return canonicalJson({ format, kind, verb, name, channel, arguments: args, server, expect, created });
}

/** Reads an intent; `sha256` is asked for its check. Throws `intent_refused`. */
export function parseIntent(text: string, file: string, sha256: (text: string) => string): ReadIntent {
  const refuse = (problem: string) => new InterlockError('intent_refused', { file, problem });
  let intent: Intent;
  try {
    intent = parseJson(Intent, text, file);
    parseVerb(intent.verb);
    parse(intentArguments[intent.verb as IntentVerb], intent.arguments, `the arguments of ${intent.verb}`);
  } catch (cause) {
    if (!(cause instanceof InterlockError)) throw cause;
    throw refuse(String(cause.details?.problem ?? cause.message));
  }
  if (sha256(checkedText(intent)) !== intent.check)
    throw refuse('it was changed after it was made, or is damaged');
  return intent as ReadIntent;
}

/** The verb by this name. Throws `bad_input`. */
export function parseVerb(verb: string): IntentVerb {
  if (Object.hasOwn(intentArguments, verb)) return verb as IntentVerb;
  const problem = `${verb} is no verb that this version knows; it knows ${intentVerbs.join(', ')}`;
  throw new InterlockError('bad_input', { what: 'intent', problem });
}
