import { hostOf, labPaths, requireLab } from './folder/lab.ts';
import { readNetwork } from './folder/network.ts';
import { withLab } from './folder/with-lab.ts';
import { changeNetwork } from './start/start-switch.ts';

/** Cuts hosts off from all others, or lets them back; gives who is cut off then. The server and SSH still reach them. */
export async function partition(folder: string, names: readonly string[], heal: boolean): Promise<string[]> {
  const lab = await requireLab(folder);
  for (const name of names) hostOf(lab, name);
  return withLab(folder, async () => {
    const { state } = labPaths(folder).switch;
    const { ports, cut } = await readNetwork(state);
    const others = cut.filter((name) => !names.includes(name));
    const now = heal ? others : [...others, ...names].toSorted();
    await changeNetwork(folder, { ports, cut: now });
    return now;
  });
}
