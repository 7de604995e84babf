import { type Static, Type } from 'typebox';
import { strict, Version, Word } from '../../protocol/schema/schema.ts';
import { platformNames } from '../platforms/platforms.ts';
import { Component, list, RelativePath, Repository, Source } from './package-origins.ts';

const Locale = Type.String({
  pattern: '^[a-z]{2,3}(?:_[A-Z]{2,3})?\\.[A-Za-z0-9-]+(?:@[a-z]+)?$',
  meaning: 'must be a locale with its character set, as in "de_DE.UTF-8"',
});
const ModuleName = Type.String({
  pattern: '^[a-z0-9_-]+$',
  meaning: 'must be the name of a kernel module, as in "virtio_net"',
});
const Platform = Type.String({
  pattern: `^(?:${platformNames.join('|')})$`,
  meaning: `must be a platform: ${platformNames.join(', ')}`,
});
const AbsolutePath = Type.String({
  pattern: '^/[^\\0]*$',
  meaning: 'must begin with /: it names paths of the root',
});
/** Keys that may also stand in a section for one architecture. */
const layer = {
  packages: list(
    Type.String(),
    'Packages to install in addition to Debian’s essential ones and those needed to boot and update (init, udev, kernel, boot loader and more), which `--plan` lists with reasons. `name=version` restricts the version, as in `"nginx=1.26.*"`. Recommended packages are not installed.',
  ),
  components: list(
    Component,
    'Components of Debian’s archive to take packages from: `main`, `contrib`, `non-free-firmware` (firmware and processor microcode), `non-free`. Default: `["main"]`.',
  ),
  repositories: list(
    Repository,
    'Other repositories to take packages from: a `suite` of the mirror, a `url` with its `key`, or a `folder`. The newest version is installed. Backports are used only for packages that name them, as in `"nginx/trixie-backports"`, or that no other repository has.',
  ),
  recommends: list(
    Type.String(),
    'Packages to install together with the packages that they recommend, but not with what those recommend in turn.',
  ),
  sources: list(Source, 'Trees to copy over the packages, in order. Each is a `tar` or an `oci`.'),
  scripts: list(
    RelativePath,
    'Programs to run inside the tree, in order, after packages, sources and overlays, whose files they can change. They run as root of the tree, without a network, and with `SOURCE_DATE_EPOCH` set. Their result must not depend on time or random numbers. `/bin/sh` and Perl are available; `remove` is applied afterwards.',
  ),
  overlay: Type.Optional({
    ...RelativePath,
    description:
      'A folder whose files are copied over the tree. They belong to root and keep their modes, without setuid, setgid and sticky bits and without write permission for group and others. A file that replaces another gets its owner, and gives no user more access than before. Existing folders keep owner and mode; a folder at the path of a link to a folder is copied to where the link leads. To set other owners and modes, use the file `overlay.perms` beside it.',
  }),
  units: list(
    Type.String(),
    'Units to enable, as `systemctl enable` does it: by their `[Install]` section and its drop-ins, with `Also=`, `Alias=` and `DefaultInstance=`. The links are created under `/usr`, so that a later version can change them. A masked unit is refused. Put names with a backslash in single quotes.',
  ),
  mask: list(Type.String(), 'Units that must never start, even if an included image enables them.'),
  remove: list(
    AbsolutePath,
    'Globs of paths to leave out of the root. `*` and `?` match within a name, `**` matches across folders; `[ab]`, `[!ab]` and `{a,b}` are alternatives. Names are read as UTF-8.',
  ),
  secrets: list(
    AbsolutePath,
    'Globs, as in `remove`, of private keys that are allowed in the image because they protect nothing, such as test data. Any other private key is refused, because anyone can download the root.',
  ),
  documentation: Type.Optional(
    Type.Boolean({
      description:
        'True keeps manual pages, `/usr/share/doc` and info files of packages; otherwise only their licenses are kept. Default: false.',
    }),
  ),
  locales: list(
    Locale,
    'Locales to generate, such as `de_DE.UTF-8`. The packages’ translations to these languages are kept, and the package `locales` is installed. Default: only `C.UTF-8`.',
  ),
  kernel: Type.Optional(
    Type.String({
      pattern: '^(?:cloud|generic|linux-image-[a-z0-9.+-]+(?:=[0-9A-Za-z.+:~*-]+|/[a-z0-9.-]+)?)$',
      meaning: 'must be "cloud", "generic" or a package, as in "linux-image-rt-amd64"',
      description:
        'Debian’s kernel, which may be left out with `platforms`: `cloud` for virtual machines, with the network cards of hypervisors and clouds (virtio-net, vmxnet3, Hyper-V, Xen, ENA, gVNIC; not QEMU’s usual e1000e); `generic` with the drivers for bare metal, whose storage drivers the initrd loads; or a package such as `linux-image-rt-amd64` or `linux-image-amd64/trixie-backports`, which is treated as generic unless its name contains `cloud`.',
    }),
  ),
  platforms: list(
    Platform,
    `Where hosts of this image start: ${platformNames.map((name) => `\`${name}\``).join(', ')}. Picks the kernel if \`kernel\` is missing, adds the platforms’ consoles to the kernel command line, and refuses an image that lacks their drivers. \`interlock disk --for\` makes disks for them.`,
  ),
  modules: list(
    ModuleName,
    'Kernel modules that the initrd loads in addition to those that every image needs.',
  ),
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
        'False leaves out the agent and its Node; such an image cannot update itself. Default: true.',
    }),
  ),
  state: Type.Optional(
    Type.Object(
      {
        seed: list(
          AbsolutePath,
          'Globs of files and folders that are copied to a host once, if it does not have them. Later releases do not change them. A folder is copied as a whole.',
        ),
        link: list(
          AbsolutePath,
          'Globs of files and folders that stay in the image, read-only. A host has links to them, and sees those of the running release. A folder that matches is one link.',
        ),
      },
      {
        additionalProperties: false,
        description:
          'What happens to the image’s files in folders that belong to the host: `/var`, `/srv`, `/root` and `/home`. By default files from packages, and all of `/opt` and `/usr/local`, are treated as in `link`, everything else as in `seed`. If both match a file, `seed` applies.',
      },
    ),
  ),
  slots: Type.Optional(
    Type.Object(
      {
        root: Type.Optional(
          Type.String({
            description: 'Size of the root partition, as in `"2 GiB"`. All later versions must fit into it.',
          }),
        ),
        verity: Type.Optional(
          Type.String({
            description:
              'Size of the partition for the verity tree, as in `"32 MiB"`. 1/126 of `root` is enough for a full root; less than it needs is refused.',
          }),
        ),
      },
      {
        additionalProperties: false,
        description:
          'Sizes of a slot’s two partitions. They cannot be changed on installed hosts, so choose them generously.',
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
    'Folders with an image.toml to include: whole images, or features with a few keys. Lists are concatenated, includes first; of single values the last one applies.',
  ),
  name: Type.Optional({
    ...Word,
    meaning:
      'must be lower-case letters, digits, dots and hyphens, at most 63, and begin with a letter or digit',
    description: 'Name of the image, used in its releases and channels.',
  }),
  suite: Type.Optional(
    Type.String({
      pattern: '^[a-z][a-z0-9-]*$',
      meaning: 'must be a code name in lower case, as in "trixie"',
      description: 'Code name of the Debian release, such as `trixie`, or `sid`.',
    }),
  ),
  ...layer,
  state_compat: Type.Optional({
    ...Version,
    meaning: 'must be a version, as in "1.2.0"',
    description:
      'The oldest version that can run on the state that this one leaves behind. Default: any version.',
  }),
  arch: Type.Optional(
    Type.Object(
      { 'x86-64': Type.Optional(Layer), arm64: Type.Optional(Layer) },
      {
        additionalProperties: false,
        description:
          'Sections for one architecture, `[arch.x86-64]` and `[arch.arm64]`, which can have any key from `packages` to `slots`.',
      },
    ),
  ),
});
export type ImageFile = Static<typeof ImageFile>;
