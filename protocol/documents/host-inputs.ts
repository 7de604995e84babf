import { type Static, type TOptional, type TSchema, Type } from 'typebox';
import { WantedMode } from '../etcd/signing.ts';
import { Labels } from '../schema/labels.ts';
import { Sha256, strict, Word } from '../schema/schema.ts';
import { localSources, networkSources } from './user-data-sources.ts';
import { Windows } from './window.ts';

const Url = Type.String({ pattern: '^https?://[^\\s]+$' });
const Path = Type.String({ minLength: 1 });
const Seconds = Type.Number({ minimum: 0, maximum: 86_400 });

/** A table whose keys may all be missing; unknown ones are refused (a TypeBox `Partial` would let them through). */
function some<T extends Record<string, TSchema>>(keys: T) {
  const optional = Object.entries(keys).map(([key, schema]) => [key, Type.Optional(schema)]);
  return strict(Object.fromEntries(optional) as { [K in keyof T]: TOptional<T[K]> });
}

/** Every key that a fragment of a host's configuration may have; all are optional, because each file says only what it changes. `docs/reference/host-settings.md` lists them. */
export const Inputs = some({
  /** Base URL of the update server. */
  server: Url,
  /** PEM file of the authority that signed the server's certificate. */
  ca: Path,
  /** Base URLs that serve the same blobs; asked before the server. */
  mirrors: Type.Array(Url),
  /** Bytes per second that downloads take at most; unlimited without it. */
  max_rate: Type.Integer({ minimum: 16_384 }),
  /** Name of the image this host follows; by default the one it runs. */
  name: Word,
  channel: Word,
  group: Word,
  /** What people find the host by on the server. */
  labels: Labels,
  join_token: Type.String(),
  /** Longest pause between two check-ins, in seconds. */
  poll: Type.Integer({ minimum: 1, maximum: 86_400 }),
  /** Pause before something is tried again, in seconds. */
  retry: Type.Integer({ minimum: 1, maximum: 3600 }),
  lock: some({
    kind: Type.Enum(['etcd', 'none']),
    endpoints: Type.Array(Url, { minItems: 1 }),
    ca: Path,
    cert: Path,
    key: Path,
    username: Type.String(),
    password: Type.String(),
    /** Name of the etcd member that runs on this host. */
    member: Type.String({ minLength: 1 }),
  }),
  /** An etcd that the hosts form by themselves, and how this one gets into it. */
  etcd: some({
    mode: WantedMode,
    /** Where members find each other: `interlock discovery new` prints it. */
    discovery: Url,
    /** SHA-256 of the authority's certificate: `interlock keys etcd` prints it. */
    authority: Sha256,
    /** Base URL of the signer. */
    signer: Type.String({ pattern: '^https://[^\\s]+$' }),
    /** Lets this host in once: `interlock etcd join-secret new` prints it. */
    join: Type.String({ minLength: 1, maxLength: 128 }),
    /** The address that others reach this host at; by default the one from which it reaches the signer. */
    address: Type.String({ pattern: '^[0-9A-Fa-f.:]{2,45}$' }),
  }),
  health: some({ settle: Seconds, steady: Seconds, timeout: Seconds }),
  hooks: some({ timeout: Seconds }),
  /** Limit of one maintenance task. */
  tasks: some({ timeout: Seconds }),
  /** The hours in which this host may go down or run tasks; at any time without one. */
  window: Windows,
  user_data: some({
    /** The only sources that are asked, in their order; by default those that the firmware tells of. */
    sources: Type.Array(Type.Enum([...localSources, ...networkSources])),
    /** Seconds that all sources together have to answer. */
    timeout: Type.Integer({ minimum: 1, maximum: 600 }),
  }),
  /** Whether programs and containers may ask the cloud's metadata service once it was read. */
  metadata: Type.Enum(['shut', 'open']),
  machine: some({ kind: Type.Enum(['system', 'file']) }),
});
export type Inputs = Static<typeof Inputs>;
