import { createHash } from 'node:crypto';
import type { Esp } from '../../../agent/loader/esp/esp.ts';
import type { Range } from '../../../protocol/formats/efi/uki-parts.ts';

const sectorLength = 512;

/** Thrown where the power went away. */
export class PowerCut extends Error {}

/** Draws a number from 0 to `max`: what decides how much of an unflushed change reached the disk. */
export type Draw = (max: number) => number;

type Change = { path: string; text: string | null; renamedFrom?: string; isInPlace?: boolean };

/** An ESP in memory whose power can be cut between and inside any two changes, with what vfat may then leave. */
export interface PowerCutEsp extends Esp {
  /** The power stays for so many more changes. */
  cutAfter(changes: number): void;
  /** What the firmware finds after the cut: unflushed changes are there, torn or not at all. */
  restart(draw: Draw): void;
  /** The loader's rename, flushed at once; not atomic when the power goes. */
  rename(from: string, to: string): void;
  /** Another ESP with all that is there now, durably. */
  copy(): PowerCutEsp;
}

/** Makes an ESP that holds these files, durably. */
export function createPowerCutEsp(files: Record<string, string>): PowerCutEsp {
  const durable = new Map(Object.entries(files));
  let pending: Change[] = [];
  let left = Number.POSITIVE_INFINITY;

  let view: Map<string, string> | undefined;
  const present = () => {
    if (view) return view;
    view = new Map(durable);
    for (const change of pending) put(view, change);
    return view;
  };
  const change = (one: Change) => {
    if (left <= 0) throw new PowerCut();
    view = undefined;
    pending.push(one);
    left--;
    if (left <= 0) throw new PowerCut();
  };
  const overwrite = (path: string, start: string) => {
    const text = start + present().get(path)!.slice(start.length);
    change({ path, text, isInPlace: true });
    put(durable, pending.pop()!);
  };
  return {
    overwrite: async (path, text) => overwrite(path, text),
    list: async (folder) =>
      [...present().keys()]
        .filter((path) => folderOf(path) === folder)
        .map((path) => path.slice(folder.length + 1)),
    read: async (path) => present().get(path),
    bytes: async (path, part) => partOf(present().get(path), part),
    hash: async (path, part) => {
      const bytes = partOf(present().get(path), part);
      return bytes && createHash('sha256').update(bytes).digest('hex');
    },
    size: async (path) => present().get(path)?.length ?? 0,
    write: async (path, text) => change({ path, text }),
    extract: async (from, part, to) =>
      change({ path: to, text: partOf(present().get(from), part)!.toString('latin1') }),
    remove: async (path) => change({ path, text: null }),
    async sync(folder) {
      if (left <= 0) throw new PowerCut();
      for (const one of pending) if (folderOf(one.path) === folder) put(durable, one);
      pending = pending.filter((one) => folderOf(one.path) !== folder);
    },
    free: async () => 1e9,
    copy: () => createPowerCutEsp(Object.fromEntries(present())),
    cutAfter(changes) {
      left = changes;
    },
    rename(from, to) {
      const text = present().get(from)!;
      change({ path: to, text, renamedFrom: from });
      put(durable, pending.pop()!);
    },
    restart(draw) {
      for (const one of pending) tear(durable, one, draw);
      pending = [];
      view = undefined;
      left = Number.POSITIVE_INFINITY;
    },
  };
}

function put(files: Map<string, string>, { path, text, renamedFrom }: Change): void {
  if (renamedFrom) files.delete(renamedFrom);
  if (text === null) files.delete(path);
  else files.set(path, text);
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

function partOf(text: string | undefined, part?: Range): Buffer | undefined {
  const bytes = text === undefined ? undefined : Buffer.from(text, 'latin1');
  return part && bytes ? bytes.subarray(part.offset, part.offset + part.length) : bytes;
}

/** A sector in place is the old one, the new one, the new one's beginning over the old, or unreadable. */
function tearInPlace(files: Map<string, string>, path: string, text: string, draw: Draw): void {
  const old = files.get(path)!;
  const cut = draw(sectorLength);
  const outcomes = [
    old,
    text,
    text.slice(0, cut) + old.slice(cut),
    '\0'.repeat(sectorLength) + text.slice(sectorLength),
  ];
  files.set(path, outcomes[draw(outcomes.length - 1)]!);
}

/** A rename ends with the old name, the new one, both or none; a write with any prefix, with NULs, or not at all. */
function tear(files: Map<string, string>, change: Change, draw: Draw): void {
  const { path, text, renamedFrom, isInPlace } = change;
  if (isInPlace && text !== null) {
    tearInPlace(files, path, text, draw);
  } else if (renamedFrom !== undefined && text !== null) {
    if (draw(1)) files.delete(renamedFrom);
    if (draw(1)) files.set(path, text);
  } else if (text === null) {
    if (draw(1)) files.delete(path);
  } else {
    const outcomes = [
      () => {},
      () => files.set(path, text),
      () => files.set(path, ''),
      () => files.set(path, '\0'.repeat(text.length)),
      () => files.set(path, text.slice(0, draw(text.length))),
    ];
    outcomes[draw(outcomes.length - 1)]!();
  }
}
