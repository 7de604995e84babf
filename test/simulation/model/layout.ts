/** Where things lie in a state's row of integers; hosts follow, then two integers per message. */
export const field = { value: 0, before: 1, version: 2, bound: 3, faults: 4, hosts: 5 } as const;

export const none = -1;

export type MessageKind = 'swap' | 'removal' | 'answer';
const kinds: readonly MessageKind[] = ['swap', 'removal', 'answer'];
const guards = ['revision', 'version', 'none'] as const;

/** A request under way, or an answer that comes late. */
export interface Message {
  host: number;
  /** Its client does not wait for it any more. */
  orphan: boolean;
  /** The revision it compares is the present one. */
  live: boolean;
  kind: MessageKind;
  guard: (typeof guards)[number];
  /** What it wants is a place. */
  takes: boolean;
  /** The version it compares, under that guard. */
  version: number;
  /** Number of the value it puts; the nonce of a late answer; none when it can only fail. */
  value: number;
}

export function packMessage(message: Message): [info: number, value: number] {
  const { host, orphan, live, kind, guard, takes, version, value } = message;
  const flags = Number(orphan) | (Number(live) << 1) | (Number(takes) << 2);
  const info =
    host | (flags << 3) | (kinds.indexOf(kind) << 6) | (guards.indexOf(guard) << 8) | (version << 10);
  return [info, value];
}

export function unpackMessage(info: number, value: number): Message {
  return {
    host: info & 7,
    orphan: Boolean(info & 8),
    live: Boolean(info & 16),
    takes: Boolean(info & 32),
    kind: kinds[(info >> 6) & 3]!,
    guard: guards[(info >> 8) & 3]!,
    version: info >> 10,
    value,
  };
}
