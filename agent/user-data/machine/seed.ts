/** What the machine's serial number says for NoCloud: `ds=nocloud;s=URL;i=ID;h=NAME`. */
export interface Seed {
  /** Where the documents lie, with a slash at its end; without it they are on a disk. */
  url?: string;
  instanceId?: string;
  hostname?: string;
}

/** Reads NoCloud's words out of a serial number; null where it is just a number. */
export function seedOf(serial: string): Seed | null {
  const word = serial.split(/\s+/).find((each) => /^ds=nocloud(-net)?(;|$)/.test(each));
  if (!word) return null;
  const pairs = word
    .split(';')
    .slice(1)
    .map((pair) => [pair.split('=')[0] ?? '', pair.split('=').slice(1).join('=')] as const);
  const value = (...names: string[]) => pairs.find(([name, text]) => names.includes(name) && text)?.[1];
  const url = value('s', 'seedfrom');
  const instanceId = value('i', 'instance-id');
  const hostname = value('h', 'local-hostname');
  return {
    ...(url && /^https?:\/\//.test(url) && URL.canParse(url) && { url: url.endsWith('/') ? url : `${url}/` }),
    ...(instanceId && { instanceId }),
    ...(hostname && { hostname }),
  };
}
