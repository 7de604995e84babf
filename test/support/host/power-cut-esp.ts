import { createHash } from 'node:crypto';
import { basename, dirname } from 'node:path';
import type { Esp } from '../../../agent/loader/systemd-boot/esp.ts';

/** Thrown where the power went away. */
export class PowerCut extends Error {}

/** Draws a number from 0 to `max`: what decides how much of an unflushed change reached the disk. */
export type Draw = (max: number) => number;

type Change = { path: string; text: string | null; renamedFrom?: string };

/** An ESP in memory whose power can be cut between and inside any two changes, with what vfat may then leave. */
export interface PowerCutEsp extends Esp {
  /** The power stays for so many more changes. */
  cutAfter(changes: number): void;
  /** What the firmware finds after the cut: unflushed changes are there, torn or not at all. */
  restart(draw: Draw): void;
  /** The loader's rename, flushed at once; not atomic when the power goes. */
  rename(from: string, to: string): void;
}

/** Makes an ESP that holds these files, durably. */
export function createPowerCutEsp(files: Record<string, string>): PowerCutEsp {
  const durable = new Map(Object.entries(files));
  let pending: Change[] = [];
  let left = Number.POSITIVE_INFINITY;

  const present = () => {
    const view = new Map(durable);
    for (const change of pending) put(view, change);
    return view;
  };
  const change = (one: Change) => {
    if (left <= 0) throw new PowerCut();
    pending.push(one);
    left--;
    if (left <= 0) throw new PowerCut();
  };
  return {
    list: async (folder) =>
      [...present().keys()].filter((path) => dirname(path) === folder).map((path) => basename(path)),
    read: async (path) => present().get(path),
    hash: async (path) => {
      const text = present().get(path);
      return text === undefined ? undefined : createHash('sha256').update(text).digest('hex');
    },
    size: async (path) => present().get(path)?.length ?? 0,
    write: async (path, text) => change({ path, text }),
    remove: async (path) => change({ path, text: null }),
    async sync(folder) {
      if (left <= 0) throw new PowerCut();
      for (const one of pending) if (dirname(one.path) === folder) put(durable, one);
      pending = pending.filter((one) => dirname(one.path) !== folder);
    },
    free: async () => 1e9,
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
      left = Number.POSITIVE_INFINITY;
    },
  };
}

function put(files: Map<string, string>, { path, text, renamedFrom }: Change): void {
  if (renamedFrom) files.delete(renamedFrom);
  if (text === null) files.delete(path);
  else files.set(path, text);
}

/** A rename ends with the old name, the new one, both or none; a write with any prefix, with NULs, or not at all. */
function tear(files: Map<string, string>, change: Change, draw: Draw): void {
  const { path, text, renamedFrom } = change;
  if (renamedFrom !== undefined && text !== null) {
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
