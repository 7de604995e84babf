import type { Arch } from '../../protocol/schema/schema.ts';
import type { PlatformName } from '../platforms/platforms.ts';
import type { Source } from './package-origins.ts';

/** A tree from elsewhere by absolute path, with the digest it must have. */
export type DefinedSource = Source;

/** A repository with absolute paths and every default filled in. */
export type DefinedRepository =
  | { kind: 'mirror'; suite: string; components: string[] }
  | { kind: 'url'; url: string; suite: string; components: string[]; key: string; keySha256: string }
  | { kind: 'folder'; folder: string };

/** One image.toml that a definition was read from. */
export interface DefinitionFile {
  file: string;
  text: string;
}

/** What an image is made of on one architecture, checked, merged and with every default filled in. */
export interface Definition {
  arch: Arch;
  /** The folder that holds image.toml. */
  dir: string;
  /** Every image.toml that was read, included ones first, so that later failures can still name a line. */
  files: DefinitionFile[];
  name: string;
  suite: string;
  packages: string[];
  components: string[];
  repositories: DefinedRepository[];
  /** Packages whose recommended packages are installed too. */
  recommends: string[];
  /** Whether manual pages and other documentation stay. */
  documentation: boolean;
  locales: string[];
  sources: DefinedSource[];
  /** Absolute paths, as of overlays, in the order they are applied. */
  scripts: string[];
  overlays: string[];
  agent: boolean;
  units: string[];
  mask: string[];
  remove: string[];
  /** `cloud`, `generic` or a spec for a package. */
  kernel: string;
  /** Where hosts start. */
  platforms: PlatformName[];
  /** Globs of paths that may hold private keys. */
  secrets: string[];
  cmdline: string;
  modules: string[];
  stateCompat: string | null;
  /** Globs of what in /var a host gets once, and of what stays in the image. */
  state: { seed: string[]; link: string[] };
  /** Room of a slot's two partitions in bytes. */
  slots: { root: number; verity: number };
}
