import { type Static, Type } from 'typebox';
import { strict, Version, Word } from '../../protocol/schema.ts';

const PackageName = Type.String({ pattern: '^[a-z0-9][a-z0-9.+-]+$' });
const UnitName = Type.String({
  pattern: '^[A-Za-z0-9:_.@-]+\\.(service|socket|timer|target|path|mount|slice)$',
});
const AbsolutePath = Type.String({ pattern: '^/[^\\0]*$' });

/** The keys of `image.toml`; every key not listed here is refused. */
export const ImageFile = strict({
  name: Word,
  /** Debian's code name of the distribution, as in `trixie`. */
  suite: Type.String({ pattern: '^[a-z]+$' }),
  /** Packages on top of Debian's essential ones and of what booting needs. */
  packages: Type.Array(PackageName),
  /** A folder beside image.toml whose files are laid over the tree. */
  overlay: Type.Optional(Type.String({ pattern: '^[^/\\0][^\\0]*$' })),
  /** False leaves out the agent and the Node that runs it; such an image cannot update itself. */
  agent: Type.Optional(Type.Boolean()),
  /** Units to enable where their [Install] section says. */
  units: Type.Optional(Type.Array(UnitName)),
  /** Units that must never start. */
  mask: Type.Optional(Type.Array(UnitName)),
  /** Globs of paths to leave out of the root. */
  remove: Type.Optional(Type.Array(AbsolutePath)),
  kernel: Type.Union([Type.Literal('cloud'), Type.Literal('generic')]),
  /** Appended to the kernel command line. */
  cmdline: Type.Optional(Type.String({ pattern: '^[ -~]*$' })),
  /** Kernel modules the initrd loads besides those every image needs. */
  modules: Type.Optional(Type.Array(Type.String({ pattern: '^[a-z0-9_-]+$' }))),
  /** The oldest version that may run on the state this one leaves behind. */
  state_compat: Type.Optional(Version),
  slots: strict({ root: Type.String(), verity: Type.String() }),
});
export type ImageFile = Static<typeof ImageFile>;

/** What an image is made of, checked and with every default filled in. */
export interface Definition {
  /** The folder that holds image.toml. */
  dir: string;
  /** Path of image.toml, for messages. */
  file: string;
  /** Its text, so that later failures can still name a line. */
  text: string;
  name: string;
  suite: string;
  packages: string[];
  /** Absolute path, or null when there is none. */
  overlay: string | null;
  agent: boolean;
  units: string[];
  mask: string[];
  remove: string[];
  kernel: 'cloud' | 'generic';
  cmdline: string;
  modules: string[];
  stateCompat: string | null;
  /** Room of a slot's two partitions in bytes. */
  slots: { root: number; verity: number };
}
