/** Folders that belong to the host and not to the image, and where their content lives. */
export const homes = {
  root: 'var/roothome',
  home: 'var/home',
  opt: 'var/opt',
  srv: 'var/srv',
  'usr/local': 'var/usrlocal',
} as const;

/** Where files of the image lie that a host sees in one of these folders, with all that they find beside themselves. */
const software = { 'var/opt': 'usr/lib/opt', 'var/usrlocal': 'usr/lib/usrlocal' } as const;

/** Whether a path in /var is one of `/opt` or `/usr/local`, whose files are programs and not state. */
export function isSoftware(path: string): boolean {
  return Object.keys(software).some((folder) => path.startsWith(`${folder}/`));
}

/** Where the image keeps a path of /var to which a host only gets a link. */
export function imagePath(path: string): string {
  for (const [from, to] of Object.entries(software)) {
    if (path.startsWith(`${from}/`)) return to + path.slice(from.length);
  }
  return `usr/lib/interlock/${path}`;
}

/** A path of /var as packages and people name it: `/opt/x` for `var/opt/x`. */
export function writtenPath(path: string): string {
  for (const [name, folder] of Object.entries(homes)) {
    if (path === folder || path.startsWith(`${folder}/`)) return `/${name}${path.slice(folder.length)}`;
  }
  return `/${path}`;
}

/** The path, without leading slash, by which people know a file of the image that was put elsewhere: `opt/x` for `usr/lib/opt/x`. */
export function formerPath(path: string): string {
  for (const [from, to] of Object.entries(software)) {
    if (path.startsWith(`${to}/`)) return writtenPath(from + path.slice(to.length)).slice(1);
  }
  const [, state] = /^usr\/(?:share\/factory|lib\/interlock)\/(var\/.+)$/s.exec(path) ?? [];
  return state === undefined ? path : writtenPath(state).slice(1);
}
