import { setImmediate as breathe } from 'node:timers/promises';
import type Database from 'better-sqlite3';
import type { FleetStore } from '../interface/fleet.ts';
import { readJson } from './read-json.ts';

/** Hosts counted in one go, some milliseconds. */
const atOnce = 4000;

interface Row {
  name: string;
  channel: string | null;
  group: string | null;
  version: string | null;
  arch: string;
  labels: string;
  hosts: number;
}

/** Counts what hosts can be found by, in portions as all walks over hosts. */
export function choicesStore(db: Database.Database): Pick<FleetStore, 'countChoices'> {
  const last = db.prepare<[], number>('SELECT coalesce(max(number), 0) FROM enrolled_host').pluck();
  const portion = db.prepare<{ from: number; to: number }, Row>(
    `SELECT name, channel, coalesce(placed, grp) AS "group", version, arch, labels, count(*) AS hosts
     FROM enrolled_host WHERE number > @from AND number <= @to GROUP BY 1, 2, 3, 4, 5, 6`,
  );
  return {
    async countChoices() {
      const sums = {
        ...{ images: new Map<string, number>(), channels: new Map<string, number>() },
        ...{ groups: new Map<string, number>(), versions: new Map<string, number>() },
        ...{ archs: new Map<string, number>(), labels: new Map<string, number>() },
      };
      const end = last.get()!;
      for (let from = 0; from < end; from += atOnce) {
        if (from > 0) await breathe();
        for (const { name, channel, group, version, arch, labels, hosts } of portion.all({
          from,
          to: from + atOnce,
        })) {
          add(sums.images, name, hosts);
          add(sums.channels, channel, hosts);
          add(sums.groups, group, hosts);
          add(sums.versions, version, hosts);
          add(sums.archs, arch, hosts);
          for (const [key, value] of Object.entries(readJson<Record<string, string>>(labels, {}))) {
            add(sums.labels, `${key}=${value}`, hosts);
          }
        }
      }
      return sums;
    },
  };
}

function add(sums: Map<string, number>, value: string | null, hosts: number): void {
  if (value !== null) sums.set(value, (sums.get(value) ?? 0) + hosts);
}
