import { shownName } from '../../definition/paths/names.ts';
import { homes, imagePath } from './homes.ts';
import type { StateLayout } from './lay-out-state.ts';

type Places = Pick<StateLayout, 'moved' | 'seeded'>;

const longestList = 20;

/** Summarizes what was done with files in the host's folders, for the end of a build. */
export function describeState({ moved, seeded }: Places): string[] {
  const ways = Map.groupBy(moved, ({ to }) => wayTo(to));
  const lines = [...ways].map(([way, all]) => {
    const folders = all.filter(({ isFolder }) => isFolder).length;
    const counts = [count(all.length - folders, 'file'), count(folders, 'folder')];
    return `moved ${counts.filter(Boolean).join(' and ')} of ${way}`;
  });
  return seeded.length === 0 ? lines : [...lines, `${seeded.length} on first boot only`];
}

/** The same for the plan of a build, with the name of everything that later releases do not change. */
export function listState({ moved, seeded }: Places): string[] {
  const lines = seeded.map((path) => {
    return `${shownName(path)}: first boot only: later releases do not change it`;
  });
  const rest = lines.length - longestList;
  const more = rest > 0 ? [`${rest} more on first boot only`] : [];
  return [...describeState({ moved, seeded: [] }), ...lines.slice(0, longestList), ...more];
}

function wayTo(place: string): string {
  for (const [name, folder] of Object.entries(homes)) {
    const to = imagePath(`${folder}/`);
    if (place.startsWith(`/${to}`)) return `/${name} to /${to.slice(0, -1)}`;
  }
  return '/var to /usr/lib/interlock/var';
}

function count(number: number, what: string): string {
  return number === 0 ? '' : `${number} ${what}${number === 1 ? '' : 's'}`;
}
