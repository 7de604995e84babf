import { defineConfig } from 'vitest/config';

const common = { pool: 'forks' as const, testTimeout: 30_000, hookTimeout: 60_000 };
const patient = { ...common, testTimeout: 900_000, hookTimeout: 900_000, fileParallelism: false };

const journeys = [
  'test/journey/!(boot|update).slow.test.ts',
  'test/journey/examples/*.slow.test.ts',
  'test/builder/disk/formats.slow.test.ts',
  'test/cluster/members.slow.test.ts',
  'test/agent/swarm/swarm.slow.test.ts',
];
const slow = 'test/**/*.slow.test.ts';

/** `fast`: seconds. `slow`: builds, kills, clusters; with `fast` it is `npm test`. `journey`: virtual machines, and what depends on real time. */
export default defineConfig({
  test: {
    projects: [
      { test: { ...common, name: 'fast', include: ['test/**/*.test.ts'], exclude: [slow] } },
      { test: { ...patient, name: 'slow', include: [slow], exclude: journeys } },
      { test: { ...patient, name: 'journey', include: journeys } },
    ],
  },
});
