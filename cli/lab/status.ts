import { requireLab } from '../../lab/folder/lab.ts';
import { serverUrl } from '../../lab/start/start-server.ts';
import { look } from '../../lab/watch/look.ts';
import { line } from '../../protocol/text/visible.ts';
import type { Answer } from '../../system/command/command.ts';
import { formatForwards, formatHosts } from './format-lab.ts';
import { knownHosts } from './known-hosts.ts';

/** `interlock lab status`. */
export async function labStatus(folder: string): Promise<Answer> {
  const lab = await requireLab(folder);
  const view = await look(folder, lab, await knownHosts(folder, lab));
  const ends = [
    ...(view.server ? [line`update server: ${serverUrl(lab)}`] : ['the update server is off']),
    ...(view.switch ? [] : ['the network among the hosts is off']),
    ...formatForwards(view.hosts),
  ];
  const isWhole = view.server && view.switch && view.hosts.every(({ phase }) => phase !== 'off');
  if (!isWhole) ends.push('To start what is off: interlock lab up');
  return {
    text: [formatHosts(view), '', ...ends].join('\n'),
    data: {
      folder,
      channel: lab.channel,
      server: { url: serverUrl(lab), runs: view.server },
      ...hostsOf(view),
    },
  };
}

function hostsOf({ hosts, switch: runs }: Awaited<ReturnType<typeof look>>) {
  return { network: { runs }, hosts };
}
