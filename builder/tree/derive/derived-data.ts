/** Data that a program of the image makes of other files; package scripts do it when packages bring such files. */
export interface DerivedData {
  /** As people call it. */
  name: string;
  /** Globs of the files that it is made of. */
  inputs: string[];
  /** Globs of the program; without it nothing is made. */
  program: string;
  /** The package that brings the program. */
  package: string;
  /** Shell commands, run as root of the tree; `$program` is the program's path. */
  commands: string;
  /** Globs of what the commands make: everything else that they leave is dropped. */
  outputs: string[];
  /** Globs of which only symbolic links are taken. */
  links?: string[];
}

const libraries = '**/*.so{,.*}';
const modules = 'usr/lib/modules/*';

/**
 * What is made anew when sources, overlays or scripts changed its inputs, in this order. Left out is what hosts make by
 * themselves in /var, as the cache of fontconfig, and what systemd reads without a database.
 */
export const derivedData: readonly DerivedData[] = [
  {
    name: 'ld.so.cache',
    inputs: ['etc/ld.so.conf', 'etc/ld.so.conf.d/*', libraries],
    program: 'usr/sbin/ldconfig',
    package: 'libc-bin',
    commands: '"$program"',
    outputs: ['etc/ld.so.cache'],
    links: [libraries],
  },
  {
    name: 'dependencies of kernel modules',
    inputs: [`${modules}/**/*.ko{,.gz,.xz,.zst}`, '{etc,usr/lib}/depmod.d/*.conf'],
    program: 'usr/sbin/depmod',
    package: 'kmod',
    commands: 'cd /usr/lib/modules; for kernel in *; do "$program" --all "$kernel"; done',
    outputs: [`${modules}/modules.*`],
  },
  {
    name: 'CA certificates',
    inputs: [
      'usr/share/ca-certificates/**',
      'usr/local/share/ca-certificates/**',
      'etc/ca-certificates.conf',
      'etc/ca-certificates/update.d/*',
    ],
    program: 'usr/sbin/update-ca-certificates',
    package: 'ca-certificates',
    commands: '"$program"',
    outputs: ['etc/ssl/certs/**'],
  },
  {
    name: 'hardware database',
    inputs: ['{etc,usr/lib}/udev/hwdb.d/*.hwdb'],
    program: 'usr/bin/systemd-hwdb',
    package: 'udev',
    commands: '"$program" update --usr',
    outputs: ['usr/lib/udev/hwdb.bin'],
  },
  {
    name: 'GSettings schemas',
    inputs: ['usr/share/glib-2.0/schemas/*.{xml,override}'],
    program: 'usr/{bin,lib/*/glib-2.0}/glib-compile-schemas',
    package: 'libglib2.0-bin',
    commands: '"$program" --strict /usr/share/glib-2.0/schemas',
    outputs: ['usr/share/glib-2.0/schemas/gschemas.compiled'],
  },
  {
    name: 'dconf databases',
    inputs: ['etc/dconf/db/*.d/**'],
    program: 'usr/bin/dconf',
    package: 'dconf-cli',
    commands: '"$program" update',
    outputs: ['etc/dconf/db/*'],
  },
  {
    name: 'loaders of GdkPixbuf',
    inputs: ['usr/lib/*/gdk-pixbuf-2.0/*/loaders/*.so'],
    program: 'usr/lib/*/gdk-pixbuf-2.0/gdk-pixbuf-query-loaders',
    package: 'libgdk-pixbuf-2.0-0',
    commands: '"$program" --update-cache',
    outputs: ['usr/lib/*/gdk-pixbuf-2.0/*/loaders.cache'],
  },
  {
    name: 'MIME types',
    inputs: ['usr/share/mime/packages/*.xml'],
    program: 'usr/bin/update-mime-database',
    package: 'shared-mime-info',
    commands: '"$program" /usr/share/mime',
    outputs: ['usr/share/mime/**'],
  },
  {
    name: 'MIME types of programs',
    inputs: ['usr/share/applications/**/*.desktop'],
    program: 'usr/bin/update-desktop-database',
    package: 'desktop-file-utils',
    commands: '"$program" /usr/share/applications',
    outputs: ['usr/share/applications/mimeinfo.cache'],
  },
];
