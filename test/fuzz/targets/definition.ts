import { parseDefinition } from '../../../builder/definition/define.ts';
import { mutateToml } from '../mutate-toml.ts';
import type { FuzzTarget } from '../target.ts';

const text = `
name = "tiny"
suite = "trixie"
packages = ["systemd", "udev"]

[slots]
root = "1 GiB"

[[users]]
name = "web"
`;

export const target: FuzzTarget = {
  corpus: () => [Buffer.from(text), Buffer.from('include = ["../tiny"]\n')],
  mutate: mutateToml,
  run: (input) => parseDefinition(input.toString('utf8'), 'image.toml', '.', 'x86-64'),
};
