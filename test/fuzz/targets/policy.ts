import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readPolicyChoice } from '../../../cli/flags/policy-choice.ts';
import { readPolicy } from '../../../protocol/documents/policy.ts';
import { mutateToml } from '../mutate-toml.ts';
import { scratchFolder } from '../scratch-folder.ts';
import type { FuzzTarget } from '../target.ts';

const file = join(scratchFolder(), 'policy.toml');
const text = `
in_flight = "5 %"
max_failures = 3
failure_rate = { percent = 10, sample = 20 }
silent_after = "2 hours"
shape = "linear"
canary = { group = "canary", soak = "1 hour", timeout = "1 day" }
ramp = [{ start_after = "0 hours", percent = 10 }, { start_after = "1 day", percent = 100 }]
window = [{ days = ["monday"], from = "22:00", to = "06:00", zone = "Europe/Berlin" }]

[group.web]
ramp = [{ start_after = "2 days", percent = 100 }]
`;

export const target: FuzzTarget = {
  corpus: () => [Buffer.from(text)],
  mutate: mutateToml,
  async run(input) {
    writeFileSync(file, input);
    const choice = await readPolicyChoice(file);
    return readPolicy(choice);
  },
};
