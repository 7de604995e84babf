/** Boot ids kept per host. */
const kept = 8;

/**
 * Adds a boot id to those a host had, oldest first. A machine never boots into an earlier boot id, so
 * coming back to one means that two machines use one credential.
 */
export function followBoots(boots: readonly string[], bootId: string): { boots: string[]; cloned: boolean } {
  if (boots.at(-1) === bootId) return { boots: [...boots], cloned: false };
  const others = boots.filter((boot) => boot !== bootId);
  return { boots: [...others, bootId].slice(-kept), cloned: boots.includes(bootId) };
}
