/** What `loader.conf` must say: anything else could make systemd-boot take another entry than the highest generation. */
export const loaderSettings = { timeout: '0', editor: 'no', 'auto-entries': 'no' } as const;

/** Writes `loader.conf`. `enrolls`: it also puts the keys of `enrollmentFolder` into a firmware in setup mode. */
export function formatLoaderConf({ enrolls = false } = {}): string {
  const lines = Object.entries(loaderSettings).map(([key, value]) => `${key} ${value}`);
  return [...lines, ...(enrolls ? ['secure-boot-enroll force'] : []), ''].join('\n');
}

/** Says what is wrong with the text of a `loader.conf`, or nothing. */
export function loaderConfProblem(text: string): string | undefined {
  const settings = new Map(
    text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line && !line.startsWith('#'))
      .map((line) => line.split(/\s+/, 2) as [string, string]),
  );
  for (const [key, value] of Object.entries(loaderSettings)) {
    if (settings.get(key) !== value) return `loader.conf must say: ${key} ${value}`;
  }
  return settings.has('default') ? 'loader.conf must not set a default' : undefined;
}
