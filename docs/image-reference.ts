import type { TSchema } from 'typebox';
import { ImageFile } from '../builder/definition/image-file.ts';

interface Described {
  type?: string;
  description?: string;
  items?: Described;
  anyOf?: (Described & { const?: string })[];
  properties?: Record<string, Described>;
}

const source = 'This page is generated from `builder/definition/image-file.ts` by `npm run docs`.';

/** The schema of image.toml as pages: what an image consists of, and what is done with it. */
export const imagePages: Record<string, () => string> = {
  'reference/image-toml.md': renderContents,
  'reference/image-toml-system.md': renderSystem,
};

const allKeys = Object.entries((ImageFile as TSchema & Described).properties ?? {});
/** The first key of the second page. */
const cut = allKeys.findIndex(([key]) => key === 'units');

function renderContents(): string {
  return [
    '# image.toml: contents',
    '',
    'An image is a folder with an `image.toml`. Paths are relative to that folder; an unknown key is an error with its line.',
    'Every image needs `name`, `suite`, `kernel` or `platforms`, and both `slots`, from its own file or from one it includes.',
    'The keys from `units` to `arch` are on [a page of their own](image-toml-system.md).',
    source,
    '',
    ...table(allKeys.slice(0, cut)),
    '',
    '## overlay.perms',
    '',
    'A file with the name of the overlay folder and `.perms` sets owners and modes. For each property the last matching line counts:',
    '',
    '```toml',
    '"/etc/wireguard/*.conf" = { mode = "0600" }',
    '"/etc/app/" = { mode = "0750", group = "app" }            # ends with /: folders',
    '"/etc/app/**" = { owner = "app", group = 33, mode = "0640" }   # files and links',
    '```',
    '',
    'Globs are as in `remove`, for paths of the overlay; one that matches nothing is an error. Users are those of the image, including those of packages and',
    'of `sysusers.d` files in overlays. Git only stores whether a file is executable; `build` and `--plan` list the modes that need a line here.',
    '',
    'The folder also contains `packages.lock` (for arm64 `packages.arm64.lock`) and `users.lock`: [lock files](lock-files.md).',
    '',
  ].join('\n');
}

function renderSystem(): string {
  return [
    '# image.toml: the system',
    '',
    'The keys before `units` are on [the first page](image-toml.md).',
    source,
    '',
    ...table(allKeys.slice(cut)),
    '',
    '## An example',
    '',
    '```toml',
    'include = ["../tiny", "../features/ssh"]',
    'name = "edge"',
    'packages = ["curl"]',
    'scripts = ["trim-locales"]',
    'remove = ["/usr/share/zoneinfo/right"]',
    '',
    '[[sources]]',
    'tar = "vendor/tool-1.2.tar.zst"',
    '',
    '[arch.arm64]',
    'cmdline = "console=ttyAMA0"',
    '```',
    '',
    'The tree is made in this order: packages, sources, what every image has, overlays, users and `overlay.perms`, scripts, derived data, units and masks, removals.',
    '',
  ].join('\n');
}

function table(keys: readonly (readonly [string, Described])[]): string[] {
  return [
    '| key | value | meaning |',
    '|---|---|---|',
    ...keys.flatMap(([key, value]) => rowsOf(key, value)),
  ];
}

/** Sections whose keys are those of the page itself. */
const sections = ['arch'];

function rowsOf(key: string, value: Described): string[] {
  const row = `| \`${key}\` | ${kindOf(value)} | ${cell(value.description ?? '')} |`;
  if (sections.includes(key)) return [row];
  const inside = value.items ?? value;
  const below = [inside, ...(inside.anyOf ?? [])].flatMap(({ properties }) =>
    Object.entries(properties ?? {}),
  );
  return [row, ...[...new Map(below)].flatMap(([name, each]) => rowsOf(`${key}.${name}`, each))];
}

function kindOf({ type, items, anyOf }: Described): string {
  if (anyOf?.every((each) => each.const !== undefined))
    return anyOf.map((each) => `\`"${each.const}"\``).join(' or ');
  if (type === 'array') return items?.type === 'string' ? 'list of texts' : 'list of tables';
  return { string: 'text', boolean: 'true or false', object: 'table' }[type ?? ''] ?? '';
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
