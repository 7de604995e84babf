import type { Command } from 'commander';
import { line } from '../../protocol/text/visible.ts';
import { answer, verb } from '../../system/command/command.ts';
import { readKnownSettings } from '../config/known-settings.ts';
import { pathsOf } from '../config/paths.ts';
import type { Found, Search, Stage } from '../user-data/ports/found.ts';
import { findUserData } from '../user-data/sources/find-user-data.ts';
import { leaveBehind } from './leave-behind.ts';

/** `interlock-agent sources`: looks where user-data would come from, and changes nothing. */
export function addSources(program: Command, root: () => string): void {
  verb(
    program,
    'sources',
    'Look where the user-data of this host comes from; changes nothing',
    'interlock-agent sources',
  ).action(
    answer(async () => {
      const paths = pathsOf(root());
      const { settings } = await readKnownSettings(paths);
      const { sources, timeout } = settings.userData;
      const look = (stage: Stage) =>
        findUserData({ stage, deadlineMs: timeout * 1000, root: root(), runFolder: paths.run, sources });
      const local = await look('local');
      const network = local.askNetwork ? await look('network') : null;
      leaveBehind();
      const searches = network ? [local, network] : [local];
      const found = network?.found ?? local.found;
      return {
        text: textOf(found, searches),
        data: { found: found && withoutContent(found), misses: searches.flatMap(({ misses }) => misses) },
      };
    }),
  );
}

function textOf(found: Found | null, searches: Search[]): string {
  const head = found
    ? line`${found.source}: instance ${found.instanceId}, host name ${found.hostname ?? 'none'}, ${found.sshKeys.length} keys, ${found.userData?.length ?? 0} bytes of user-data`
    : line`no user-data`;
  const misses = searches.flatMap((search) => search.misses);
  return [head, ...misses.map(({ source, reason }) => line`${source}: ${reason}`)].join('\n');
}

/** User-data may hold secrets: only how long it is. */
function withoutContent({ userData, ...found }: Found) {
  return { ...found, userDataBytes: userData?.length ?? 0 };
}
