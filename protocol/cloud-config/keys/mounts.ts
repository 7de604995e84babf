import type { ListNode, Node } from '../../user-data/node.ts';
import type { Plan, PlannedMount } from '../../user-data/plan.ts';
import type { Report } from '../../user-data/report.ts';
import { kindOf, type Shape, shown, table, text } from '../shape/shape.ts';
import { absolutePath } from './words.ts';
import { isWritable } from './writable.ts';

const names = ['what', 'where', 'type', 'options', 'dump', 'pass'] as const;
type Line = (string | null)[];

/** What fields that are left out are; `nofail`, so that a disk that is away does not end the boot. */
const usual: Line = [null, null, 'auto', 'defaults,nofail', '0', '2'];

/** `mounts`, with `mount_default_fields` for what a line leaves out. */
export function readMounts(node: Node, defaults: Node | undefined, to: Report): PlannedMount[] {
  const own = defaults && readDefaults(defaults, to);
  const fallback = usual.map((each, index) => own?.[index] ?? each);
  if (node.kind !== 'list' || node.items.length === 0) {
    to.error(
      node.at,
      `mounts is ${node.kind === 'list' ? 'an empty list' : kindOf(node)} and should be a list of lists`,
      'Write: - [LABEL=data, /var/data, ext4]',
    );
    return [];
  }
  return node.items.flatMap((each) => {
    if (each.kind !== 'list' || each.items.length === 0 || each.items.length > 6) {
      to.error(
        each.at,
        `a mount is ${each.kind === 'list' ? `a list of ${each.items.length} values` : kindOf(each)}`,
        'Write a list: [LABEL=data, /var/data, ext4, "defaults,nofail"]',
      );
      return [];
    }
    return readMount(each, fallback, to) ?? [];
  });
}

function readMount(node: ListNode, fallback: Line, to: Report): PlannedMount | undefined {
  const given = node.items.map((each, index) => text()(each, `a mount: ${names[index]}`, to));
  if (given.includes(undefined)) return undefined;
  const [what, where, type, options, dump, pass] = names.map(
    (_, index) => given[index] ?? fallback[index] ?? '',
  ) as [string, string, string, string, string, string];
  if (where === '') {
    return to.error(
      node.at,
      `${what} has no folder to be mounted on`,
      'Add it: [LABEL=data, /var/data]. A line to remove an entry has no meaning here.',
    );
  }
  const source = deviceOf(what);
  if (source === undefined || /\s/.test(what + where + type + options)) {
    return to.error(
      node.items[0]!.at,
      `${shown(what)} cannot be mounted`,
      'Write /dev/…, LABEL=…, UUID=…, PARTLABEL=…, HOST:/PATH, or a name such as sdb1.',
    );
  }
  const isSwap = type === 'swap';
  if (!isSwap) {
    const at = node.items[1]?.at ?? node.at;
    const path = absolutePath({ kind: 'scalar', value: where, source: where, at }, 'a mount: where', to);
    if (path === undefined || !isWritable(path, 'the mount point', at, to)) return undefined;
  }
  if (!/^[01]$/.test(dump) || !/^[012]$/.test(pass)) {
    return to.error(
      node.at,
      `the last two values of a mount are ${shown(dump)} and ${shown(pass)}`,
      'Write "0" and "0", "1" or "2", in quotes, or leave them out.',
    );
  }
  return {
    what: source,
    where: isSwap ? 'none' : where,
    type,
    options,
    dump: Number(dump),
    pass: Number(pass),
    at: node.at,
  };
}

/** cloud-init's short names: `sdb1` is /dev/sdb1. What a cloud calls “ephemeral0” is not known here. */
function deviceOf(what: string): string | undefined {
  if (/^(?:\/|[A-Z]+=.|[^/\s]+:\/|\/\/)/.test(what) || what === 'tmpfs' || what === 'none') return what;
  if (/^(?:ephemeral|swap|ami|root)\d*$/.test(what)) return undefined;
  return /^(?:[sv]d|xvd|nvme|mmcblk|dm-|md|loop)[a-z0-9]*$/.test(what) ? `/dev/${what}` : undefined;
}

function readDefaults(node: Node, to: Report): Line | undefined {
  const isFull = node.kind === 'list' && node.items.length === 6;
  if (!isFull)
    return to.error(
      node.at,
      'mount_default_fields is no list of six values',
      'Write: [null, null, auto, "defaults,nofail", "0", "2"]',
    );
  return node.items.map((each) =>
    each.kind === 'scalar' && each.value === null ? null : (text()(each, 'mount_default_fields', to) ?? null),
  );
}

const units: Readonly<Record<string, number>> = { B: 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/** Bytes, or a number with a unit, as cloud-init writes sizes: `2G`. */
const size: Shape<number> = (node, what, to) => {
  const value = node.kind === 'scalar' ? node.value : undefined;
  const [, amount, unit] =
    (typeof value === 'string' && value.length < 32 && /^((?:\d+)?\.?\d+)([BKMGT])$/.exec(value)) || [];
  const bytes =
    typeof value === 'number'
      ? value
      : unit === undefined
        ? Number.NaN
        : Math.floor(Number(amount) * units[unit]!);
  if (Number.isSafeInteger(bytes) && bytes >= 0) return bytes;
  if (value === 'auto')
    return to.error(node.at, `${what} auto depends on the machine`, 'Write a size, such as 2G.');
  return to.error(
    node.at,
    `${what} is ${kindOf(node)} and should be a size`,
    'Write a number of bytes, or one with B, K, M, G or T: 2G',
  );
};

const readTable = table(
  { filename: absolutePath, size },
  { ignored: { maxsize: 'Write the size itself: there is no size “auto” here.' } },
);

/** `swap`: a file that the host makes and uses. */
export function readSwap(node: Node, to: Report): Plan['swap'] {
  const read = readTable(node, 'swap', to);
  if (!read) return undefined;
  const { filename: file = '/var/swap.img', size: bytes } = read.value;
  if (bytes === undefined) {
    return read.place('size') === read.at
      ? to.error(read.at, 'swap has no size', 'Add size: 2G.')
      : undefined;
  }
  if (bytes === 0) return undefined;
  return isWritable(file, 'the swap file', read.place('filename'), to)
    ? { file, size: bytes, at: read.at }
    : undefined;
}
