/** The steps of an update, and the agent's states that belong to each. */
const steps = [
  ['Write', ['offered']],
  ['Lock', ['written', 'acquiring']],
  ['Flip', ['locked', 'flipped']],
  ['Reboot', ['rebooting']],
  ['Confirm', ['trying', 'confirmed']],
] as const;

interface Step {
  name: string;
  is: 'passed' | 'here' | 'ahead';
}

/** How far an update is; undefined when none is under way. */
export function journeyOf(at: string | null): Step[] | undefined {
  const here = steps.findIndex(([, states]) => (states as readonly string[]).includes(at ?? ''));
  if (here < 0) return undefined;
  return steps.map(([name], index) => ({
    name,
    is: index < here ? 'passed' : index === here ? 'here' : 'ahead',
  }));
}
