import type { Mount, Port } from '../spec/service-spec.ts';
import { Refusal } from '../text/split-words.ts';
import { nanosecondsOf } from '../text/time-span.ts';

const powers: Readonly<Record<string, number>> = { '': 0, b: 0, k: 1, m: 2, g: 3, t: 4 };

/** `512m` as Docker reads it, in bytes. */
export function bytesOf(text: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)([bkmgt]?)(?:i?b)?$/i.exec(text) ?? [];
  if (number === undefined) throw new Refusal(`${text} is not a size`, '512m');
  return Math.round(Number(number) * 1024 ** powers[unit.toLowerCase()]!);
}

/** A whole number. */
export function countOf(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new Refusal(`${text} is not a whole number`, '10');
  return Number(text);
}

/** `name=value` in two. */
export function pairOf(text: string): [string, string] {
  const at = text.indexOf('=');
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** `8080:80/udp`, `80`, `8000-8001:80-81`: one row for each port. */
export function portsOf(text: string): Port[] {
  const [, address, outer, inner = '', protocol = 'tcp'] =
    /^(?:(?:(\[[^\]]*\]|[\d.]+):)?([\d-]*):)?(\d+(?:-\d+)?)(?:\/(tcp|udp|sctp))?$/.exec(text) ?? [];
  if (!inner) throw new Refusal(`${text} is not a port`, '8080:80');
  if (address && address !== '0.0.0.0' && address !== '[::]') {
    throw new Refusal(
      `a service’s port is open on all addresses of all machines, not on ${address} alone`,
      `-p ${outer}:${inner}`,
    );
  }
  const targets = rangeOf(inner);
  const published = outer ? rangeOf(outer) : [];
  if (published.length > 0 && published.length !== targets.length) {
    throw new Refusal(`${text}: the ranges have different lengths`, '8000-8001:80-81');
  }
  return targets.map((target, n) => ({
    Protocol: protocol as Port['Protocol'],
    TargetPort: target,
    ...(published[n] === undefined ? {} : { PublishedPort: published[n] }),
    PublishMode: 'ingress',
  }));
}

function rangeOf(text: string): number[] {
  const [first = '', last = first] = text.split('-');
  const [from, to] = [countOf(first), countOf(last)];
  if (from < 1 || to > 65_535 || to < from) throw new Refusal(`${text} is not a port`, '8080:80');
  return Array.from({ length: to - from + 1 }, (_, n) => from + n);
}

const propagations = ['shared', 'slave', 'private', 'rshared', 'rslave', 'rprivate'];

/** `/host:/inside:ro`, `volume:/inside` or `/inside`. */
export function volumeOf(text: string): Mount {
  const parts = text.split(':');
  if (parts.length > 3 || parts.includes('')) throw new Refusal(`${text} is not a volume`, '/srv/data:/data');
  const [first = '', second, options = ''] = parts;
  if (second === undefined) return { Type: 'volume', Target: absolute(first) };
  const isBind = first.startsWith('/');
  const words = options.split(',').filter(Boolean);
  const unknown = words.find((word) => !['ro', 'rw', 'z', 'Z', ...propagations].includes(word));
  if (unknown || (!isBind && first.startsWith('.'))) {
    throw new Refusal(
      `${text}: a service takes no ${unknown ?? 'relative path'}`,
      `-v /srv/data:${second}:ro`,
    );
  }
  const propagation = words.find((word) => propagations.includes(word));
  return {
    Type: isBind ? 'bind' : 'volume',
    Source: first,
    Target: absolute(second),
    ...(words.includes('ro') ? { ReadOnly: true } : {}),
    ...(propagation ? { BindOptions: { Propagation: propagation } } : {}),
  };
}

/** `type=bind,source=/srv,target=/data,readonly`. */
export function mountOf(text: string): Mount {
  const mount: Partial<Mount> = { Type: 'volume' };
  for (const part of text.split(',')) {
    const [key, value] = pairOf(part);
    if (key === 'type' && ['bind', 'volume', 'tmpfs'].includes(value)) mount.Type = value as Mount['Type'];
    else if (key === 'source' || key === 'src') mount.Source = value;
    else if (['target', 'dst', 'destination'].includes(key)) mount.Target = absolute(value);
    else if (key === 'readonly' || key === 'ro') mount.ReadOnly = value !== 'false' && value !== '0';
    else if (key === 'bind-propagation') mount.BindOptions = { Propagation: value };
    else if (key === 'tmpfs-size') mount.TmpfsOptions = { ...mount.TmpfsOptions, SizeBytes: bytesOf(value) };
    else if (key === 'tmpfs-mode')
      mount.TmpfsOptions = { ...mount.TmpfsOptions, Mode: Number.parseInt(value, 8) };
    else throw new Refusal(`--mount takes no ${part} here`, 'type=bind,source=/srv/data,target=/data');
  }
  const { Target } = mount;
  if (Target === undefined)
    throw new Refusal(`--mount ${text} has no target`, 'type=volume,source=data,target=/data');
  return { ...mount, Target } as Mount;
}

/** `/run:size=64m,mode=1777`. */
export function tmpfsOf(text: string): Mount {
  const [target = '', options = ''] = text.split(':');
  const made: NonNullable<Mount['TmpfsOptions']> = {};
  for (const option of options.split(',').filter(Boolean)) {
    const [key, value] = pairOf(option);
    if (key === 'size') made.SizeBytes = bytesOf(value);
    else if (key === 'mode') made.Mode = Number.parseInt(value, 8);
    else if (!['rw', 'nosuid', 'nodev', 'noexec'].includes(key))
      throw new Refusal(`--tmpfs of a service takes no ${option}`, `${target}:size=64m`);
  }
  return { Type: 'tmpfs', Target: absolute(target), TmpfsOptions: made };
}

/** `nofile=1024:2048`. */
export function ulimitOf(text: string): { Name: string; Soft: number; Hard: number } {
  const [, name, soft = '', hard = soft] = /^([a-z]+)=(-?\d+)(?::(-?\d+))?$/.exec(text) ?? [];
  if (!name) throw new Refusal(`${text} is not a limit`, 'nofile=1024:2048');
  return { Name: name, Soft: Number(soft), Hard: Number(hard) };
}

/** A health check’s time; Docker writes spans as systemd does. */
export const spanOf = nanosecondsOf;

function absolute(path: string): string {
  if (path.startsWith('/')) return path;
  throw new Refusal(`${path} is not a whole path in the container`, `/${path}`);
}
