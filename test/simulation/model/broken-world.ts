import { field } from './layout.ts';
import type { World } from './model.ts';

/** What only a mutant's world has: leases that end, keys that are deleted and written again. */
export function breakRules(world: World, state: Int32Array): void {
  const { setting, values } = world;
  const value = state[field.value]!;
  if (setting.extras.has('lease expires')) {
    for (let host = 0; host < setting.hosts; host++) {
      if (!values.isHolder(value, host)) continue;
      world.commit(world.begin(state), values.withoutHost(value, host));
      world.end('its lease expires', undefined, host);
    }
  }
  if (
    setting.extras.has('administrator deletes and writes the key again') &&
    state[field.faults]! < setting.maxFaults
  ) {
    const to = world.begin(state);
    world.commit(to, value);
    to[field.version] = 1;
    to[field.faults] = to[field.faults]! + 1;
    world.end('an administrator deletes the key and writes it again');
  }
}
