/** Specifiers that stand for a folder, for the system's own systemd-tmpfiles(8). */
const specifiers: Record<string, string> = {
  '%%': '%',
  '%C': '/var/cache',
  '%L': '/var/log',
  '%S': '/var/lib',
  '%T': '/tmp',
  '%V': '/var/tmp',
  '%h': '/root',
  '%t': '/run',
};

/** What a line of tmpfiles.d(5) is about: type with its modifiers, and path without leading slash; nothing for a comment. */
export function readLine(text: string): { type: string; path: string } | undefined {
  const [, type, quoted, bare = ''] = /^\s*([^#\s]\S*)\s+(?:"((?:[^"\\]|\\.)*)"|(\S+))/s.exec(text) ?? [];
  if (type === undefined) return undefined;
  const word = (quoted ?? bare).replace(/\\(.)/gs, '$1');
  const path = word.replace(/%./gs, (found) => specifiers[found] ?? found);
  return { type, path: path.replace(/\/+/g, '/').replace(/^\/|\/$/g, '') };
}
