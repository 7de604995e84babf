/** What user-data is, by its first line or by the type that a part has. */
type Kind = 'cloud-config' | 'script' | 'mime' | 'empty' | keyof typeof refusals;

/** Kinds that are not read: what they are, and what to write instead. */
export const refusals = {
  jinja: [
    'this is a template (## template: jinja), which would run before it is checked',
    'Write the values themselves, and #cloud-config as the first line. A host’s name and keys come from its metadata without a template.',
  ],
  ignition: [
    'this is an Ignition configuration (JSON)',
    'Write #cloud-config: storage.files become write_files, passwd.users become users, systemd.units become coreos: units. docs/how-to/coming-from-flatcar.md has the table.',
  ],
  json: ['this is JSON without #cloud-config', 'Write #cloud-config as the first line: JSON is YAML, too.'],
  include: [
    '#include fetches user-data from elsewhere, which nobody checks',
    'Write the document itself, packed by gzip if it is long.',
  ],
  boothook: [
    '#cloud-boothook runs a script at every boot, before everything else',
    'Write bootcmd: in a #cloud-config.',
  ],
  handler: [
    '#part-handler runs Python inside cloud-init',
    'Write a #cloud-config, or a script that begins with #!',
  ],
  archive: [
    '#cloud-config-archive is a list of documents',
    'Write one #cloud-config, or a MIME multi-part document of #cloud-config and #! parts.',
  ],
  jsonp: ['#cloud-config-jsonp is a patch for other documents', 'Write one #cloud-config.'],
  upstart: ['#upstart-job is for upstart, which has ended', 'Write a unit under coreos: units:.'],
  autoinstall: ['this is for Ubuntu’s installer', 'Write interlock: install: in a #cloud-config.'],
  butane: [
    'this is a Butane configuration',
    'Write #cloud-config: storage.files become write_files, passwd.users become users, systemd.units become coreos: units.',
  ],
  network: [
    'this is a network configuration',
    'Put it beside the user-data: network-config of a cidata disk, or what the source has for it (docs/reference/data-sources.md).',
  ],
  metadata: [
    'this is meta-data',
    'Put it beside the user-data: meta-data of a cidata disk. What a host shall do begins with the line #cloud-config.',
  ],
  unknown: [
    'the first line does not say what this is',
    'Write #cloud-config as the first line, or #!/bin/sh for a script.',
  ],
  nested: ['a part is a multi-part document itself', 'Put all parts side by side.'],
} as const satisfies Record<string, readonly [string, string]>;

const heads: readonly (readonly [RegExp, Kind])[] = [
  [/^## *template: *jinja/i, 'jinja'],
  [/^#cloud-config-archive\s*$/, 'archive'],
  [/^#cloud-config-jsonp\s*$/, 'jsonp'],
  [/^#cloud-config(?:[ \t].*)?\s*$/, 'cloud-config'],
  [/^#cloud-boothook/, 'boothook'],
  [/^#include(?:-once)?\b/, 'include'],
  [/^#part-handler/, 'handler'],
  [/^#upstart-job/, 'upstart'],
  [/^#autoinstall/, 'autoinstall'],
  [/^#!/, 'script'],
  [/^(?:variant: *(?:fcos|flatcar)|version: *["']?\d+\.)/, 'butane'],
  [/^(?:network: *(?:\{.*)?|version: *[12] *)$/, 'network'],
  [/^(?:instance-id|local-hostname):/, 'metadata'],
];

const types: Readonly<Record<string, Kind>> = {
  'text/cloud-config': 'cloud-config',
  'text/x-shellscript': 'script',
  'text/jinja2': 'jinja',
  'text/cloud-boothook': 'boothook',
  'text/x-include-url': 'include',
  'text/x-include-once-url': 'include',
  'text/part-handler': 'handler',
  'text/cloud-config-archive': 'archive',
  'text/cloud-config-jsonp': 'jsonp',
  'text/upstart-job': 'upstart',
};

/** What a text is. The type of a part counts where its first line says nothing. */
export function kindOf(text: string, type?: string): Kind {
  if (text.trim() === '') return 'empty';
  const first = text.split('\n', 1)[0] ?? '';
  const byHead = heads.find(([pattern]) => pattern.test(first))?.[1];
  if (byHead) return byHead;
  const byType = type !== undefined && Object.hasOwn(types, type) ? types[type] : undefined;
  if (byType) return byType === 'script' ? 'unknown' : byType;
  if (/^(?:content-type:|mime-version:|from nobody )/i.test(first))
    return type === undefined ? 'mime' : 'nested';
  if (type?.startsWith('multipart/')) return 'nested';
  if (/^\s*\{/.test(text)) return /"ignition"\s*:/.test(text) ? 'ignition' : 'json';
  return 'unknown';
}
