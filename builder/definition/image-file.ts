import { type Static, Type } from 'typebox';
import { Sha256, strict, Version, Word } from '../../protocol/schema/schema.ts';

const Locale = Type.String({
  pattern: '^[a-z]{2,3}(?:_[A-Z]{2,3})?\\.[A-Za-z0-9-]+(?:@[a-z]+)?$',
  meaning: 'must be a locale with its character set, as in "de_DE.UTF-8"',
});
const Component = Type.String({
  pattern: '^[a-z][a-z0-9.-]*$',
  meaning: 'must be the name of a component, as in "non-free-firmware"',
});
const ModuleName = Type.String({
  pattern: '^[a-z0-9_-]+$',
  meaning: 'must be the name of a kernel module, as in "virtio_net"',
});
const AbsolutePath = Type.String({
  pattern: '^/[^\\0]*$',
  meaning: 'must begin with /: it names paths of the root',
});
/** Relative to the folder of the image.toml that names it. */
const RelativePath = Type.String({
  pattern: '^[^/\\0][^\\0]*$',
  meaning: 'must be a path relative to the folder of this image.toml',
});
const hashMeaning = 'must be 64 hexadecimal digits in lower case, as sha256sum prints them';

const SourceHash = {
  ...Sha256,
  meaning: hashMeaning,
  description: 'Of the tar file, or of the image’s manifest; any other is refused.',
};
const Source = Type.Union([
  strict({
    tar: { ...RelativePath, description: 'A tar file: plain, gzip or zstd.' },
    sha256: Type.Optional(SourceHash),
  }),
  strict({
    oci: { ...RelativePath, description: 'A folder that is an OCI image layout, in place of `tar`.' },
    tag: Type.Optional(Type.String({ description: 'Which of its images; needed where it holds several.' })),
    sha256: Type.Optional(SourceHash),
  }),
]);

/** A tree from elsewhere, as image.toml says it. */
export type Source = Static<typeof Source>;

const Repository = strict({
  folder: Type.Optional({
    ...RelativePath,
    description:
      'A folder of `.deb` files, as a repository of its own that comes before all others; the lock holds each file’s hash.',
  }),
  suite: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z0-9.][A-Za-z0-9._/-]*$',
      meaning: 'must be the name of a suite, as in "trixie-backports"',
      description:
        'A further suite, as in `trixie-backports`: of the image’s mirror, or of `url`. One that ends with `/` is flat, without components.',
    }),
  ),
  url: Type.Optional(
    Type.String({
      description: 'The address of a repository that `key` signs; without login.',
    }),
  ),
  components: list(Component, 'Of `url`: `["main"]` unless given. Of the mirror: those of the image.'),
  key: Type.Optional({ ...RelativePath, description: 'A file with the OpenPGP keys that sign `url`.' }),
  key_sha256: Type.Optional({
    ...Sha256,
    meaning: hashMeaning,
    description: 'Of `key`; any other is refused.',
  }),
});
/** More packages than the image's suite has, as image.toml says it. */
export type Repository = Static<typeof Repository>;

function list<T extends Parameters<typeof Type.Array>[0]>(items: T, description: string) {
  return Type.Optional(Type.Array(items, { description }));
}

/** Keys that may also stand in a section for one architecture. */
const layer = {
  packages: list(
    Type.String(),
    'Packages on top of Debian’s essential ones and of what starting and updating needs (init, udev, kernel, boot loader and more), which `--plan` lists with reasons; `name=version` where the version must match, as in `"nginx=1.26.*"`. Recommended packages are not followed.',
  ),
  components: list(
    Component,
    'Components of Debian’s archive that packages come from: `main`, `contrib`, `non-free-firmware` (firmware, and microcode of processors), `non-free`. `["main"]` unless given.',
  ),
  repositories: list(
    Repository,
    'More places where packages come from: a `suite` of the mirror, a `url` with its `key`, or a `folder`. The newest version wins; backports only where a package names them, as in `"nginx/trixie-backports"`, or when nothing else has it.',
  ),
  recommends: list(
    Type.String(),
    'Packages that come with those they recommend, one step deep: what the recommended ones recommend does not come.',
  ),
  sources: list(Source, 'Trees laid over the packages, in order. Each is a `tar` or an `oci`.'),
  scripts: list(
    RelativePath,
    'Programs run inside the tree, in order, after packages, sources and overlays, whose files they may change: as root of the tree, without network, with `SOURCE_DATE_EPOCH` set. What they leave must not depend on time or chance. `/bin/sh` and Perl are there; `remove` comes later.',
  ),
  overlay: Type.Optional({
    ...RelativePath,
    description:
      'A folder whose files are laid over the tree, as root’s and with their modes on the disk, less setuid, setgid, sticky bit and writing by others than the owner. A file that replaces one gets its owner, and no other user may read or write it than before. A folder that is there keeps its owner and mode; one that meets a link to a folder goes where it leads. Other owners and modes stand in a file beside it, `overlay.perms`.',
  }),
  units: list(
    Type.String(),
    'Units to enable as `systemctl enable` does: where their `[Install]` section and its drop-ins say, with `Also=`, `Alias=` and `DefaultInstance=`. The links lie under `/usr`, so that a later version can change them. A unit that is masked is refused. Names with a backslash stand in single quotes.',
  ),
  mask: list(Type.String(), 'Units that must never start: also those that an included image enables.'),
  remove: list(
    AbsolutePath,
    'Globs of paths to leave out of the root: `*` and `?` stay inside a name, `**` crosses folders, `[ab]`, `[!ab]` and `{a,b}` choose. A character is one of UTF-8.',
  ),
  secrets: list(
    AbsolutePath,
    'Globs, as of `remove`, of paths that may hold private keys though everybody may fetch the root: keys for tests, which guard nothing. Any other private key is refused.',
  ),
  documentation: Type.Optional(
    Type.Boolean({
      description:
        'True keeps manual pages, `/usr/share/doc` and info files of packages; else only licences stay. False unless given.',
    }),
  ),
  locales: list(
    Locale,
    'Locales to generate, as in `de_DE.UTF-8`, with the packages’ translations to their languages; the package `locales` comes with them. Only `C.UTF-8` unless given.',
  ),
  kernel: Type.Optional(
    Type.String({
      pattern: '^(?:cloud|generic|linux-image-[a-z0-9.+-]+(?:=[0-9A-Za-z.+:~*-]+|/[a-z0-9.-]+)?)$',
      meaning: 'must be "cloud", "generic" or a package, as in "linux-image-rt-amd64"',
      description:
        'Debian’s kernel: `cloud` for virtual machines; `generic` with the drivers of bare metal, whose storage drivers the initrd loads; or a package, as in `linux-image-rt-amd64` or `linux-image-amd64/trixie-backports`, which counts as generic unless its name holds `cloud`.',
    }),
  ),
  modules: list(ModuleName, 'Kernel modules the initrd loads besides those every image needs.'),
  cmdline: Type.Optional(
    Type.String({
      pattern: '^[ -~]*$',
      meaning: 'must be visible ASCII on one line',
      description: 'Appended to the kernel command line.',
    }),
  ),
  agent: Type.Optional(
    Type.Boolean({
      description:
        'False leaves out the agent and the Node that runs it; such an image cannot update itself. True unless given.',
    }),
  ),
  state: Type.Optional(
    Type.Object(
      {
        seed: list(
          AbsolutePath,
          'Globs of files and folders that a host gets once, where it lacks them: later releases do not change them. A folder is copied whole.',
        ),
        link: list(
          AbsolutePath,
          'Globs of files and folders that stay in the image, read-only: a host has links to them and sees each release’s own. A folder that is named itself is one link.',
        ),
      },
      {
        additionalProperties: false,
        description:
          'What the image does with files in `/var`, `/srv`, `/root` and `/home`, which are the host’s. Unless it says otherwise, files that packages ship there, and all of `/opt` and `/usr/local`, are as in `link`, everything else as in `seed`. Where both name a file, `seed` counts.',
      },
    ),
  ),
  slots: Type.Optional(
    Type.Object(
      {
        root: Type.Optional(
          Type.String({
            description: 'Size of the root partition, as in `"2 GiB"`: every version to come must fit.',
          }),
        ),
        verity: Type.Optional(
          Type.String({
            description:
              'Size of the partition for the hash tree of a full `root`: 1/126 of it is enough, as in `"32 MiB"`; less than it needs is refused.',
          }),
        ),
      },
      {
        additionalProperties: false,
        description: 'Sizes of a slot’s two partitions. Chosen once for a fleet: keep them generous.',
      },
    ),
  ),
};
const Layer = strict(layer);
/** What one section of an image.toml says. */
export type Layer = Static<typeof Layer>;

/** The keys of `image.toml`; every key not listed here is refused. Which ones an image needs shows after merging. */
export const ImageFile = strict({
  include: list(
    RelativePath,
    'Folders with an image.toml of their own, a whole image or a feature with a few keys, that this one builds on. Lists are joined in the order of reading, includes first; of single values the last one counts.',
  ),
  name: Type.Optional({
    ...Word,
    meaning:
      'must be lower-case letters, digits, dots and hyphens, at most 63, and begin with a letter or digit',
    description: 'The image’s name, in its releases and in channels.',
  }),
  suite: Type.Optional(
    Type.String({
      pattern: '^[a-z][a-z0-9-]*$',
      meaning: 'must be a code name in lower case, as in "trixie"',
      description: 'Debian’s code name of the distribution, as in `trixie`, or `sid`.',
    }),
  ),
  ...layer,
  state_compat: Type.Optional({
    ...Version,
    meaning: 'must be a version, as in "1.2.0"',
    description: 'The oldest version that may run on the state this one leaves behind. Any unless given.',
  }),
  arch: Type.Optional(
    Type.Object(
      { 'x86-64': Type.Optional(Layer), arm64: Type.Optional(Layer) },
      {
        additionalProperties: false,
        description:
          'Sections for one architecture, `[arch.x86-64]` and `[arch.arm64]`, with any of the keys from `packages` to `slots`.',
      },
    ),
  ),
});
export type ImageFile = Static<typeof ImageFile>;
