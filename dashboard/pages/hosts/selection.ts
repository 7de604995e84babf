import { useRef, useState } from 'preact/hooks';
import type { HostSummary } from '../../../protocol/api/operator.ts';

/** A host that was chosen, with what the dialogs say about it. */
export type Chosen = Pick<HostSummary, 'id' | 'hostname' | 'name'>;

/** The hosts that are chosen; they stay chosen on the next page of the list. */
export interface Selection {
  hosts: ReadonlyMap<string, Chosen>;
  /** With `toLast`, all from the one toggled last to this one. */
  toggle(host: Chosen, shown: readonly Chosen[], toLast: boolean): void;
  set(hosts: readonly Chosen[], isChosen: boolean): void;
  clear(): void;
}

/** Keeps the selection of a list. */
export function useSelection(): Selection {
  const [hosts, set] = useState<ReadonlyMap<string, Chosen>>(new Map());
  const last = useRef('');
  const change = (some: readonly Chosen[], isChosen: boolean) =>
    set((before) => {
      const after = new Map(before);
      for (const host of some) {
        if (isChosen) after.set(host.id, host);
        else after.delete(host.id);
      }
      return after;
    });
  return {
    hosts,
    toggle(host, shown, toLast) {
      const [from, to] = [last.current, host.id].map((id) => shown.findIndex((one) => one.id === id));
      const range =
        toLast && from! >= 0 ? shown.slice(Math.min(from!, to!), Math.max(from!, to!) + 1) : [host];
      change(range, !hosts.has(host.id));
      last.current = host.id;
    },
    set: change,
    clear: () => set(new Map()),
  };
}
