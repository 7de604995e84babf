import { type AccountFile, nameLists, namesIn } from './account-files.ts';

/**
 * What the host changed of a line holds, and everything else follows the image; lists of names keep what either side added.
 * Without `base`, the image's line of then, all that the host says counts as changed.
 */
export function mergeLine(file: AccountFile, base: string | undefined, own: string, image: string): string {
  const [before, host] = [base?.split(':'), own.split(':')];
  const lists = nameLists[file] ?? [];
  return image
    .split(':')
    .map((field, at) => {
      if (lists.includes(at)) return mergeNames(before?.[at], host[at], field);
      const mine = host[at];
      return mine === undefined || mine === before?.[at] ? field : mine;
    })
    .join(':');
}

function mergeNames(base: string | undefined, own: string | undefined, image: string): string {
  const [before, host] = [new Set(namesIn(base)), new Set(namesIn(own))];
  const kept = namesIn(image).filter((name) => !before.has(name) || host.has(name));
  const added = [...host].filter((name) => !before.has(name) && !kept.includes(name));
  return [...kept, ...added].join(',');
}
