import { readFileSync } from 'node:fs';
import { openManager } from '../../../agent/user-data/apply/manager.ts';
import { runStage } from '../../../agent/user-data/run-stage.ts';

// the local stage of one boot on a folder: a process that a test can kill
const [root = '', document = '', instanceId = ''] = process.argv.slice(2);
await runStage({
  root,
  stage: 'local',
  search: {
    found: {
      source: 'fw-cfg',
      instanceId,
      userData: readFileSync(document),
      sshKeys: [],
      trusted: true,
    },
    misses: [],
    askNetwork: false,
  },
  secureBoot: false,
  manager: openManager(root),
  now: new Date('2026-12-01T00:00:00Z'),
});
