import { readYaml } from '../../../system/yaml/read-yaml.ts';
import { mutateYaml } from '../mutate-yaml.ts';
import type { FuzzTarget } from '../target.ts';

const text = `# a comment
a: &x [1, "two", 'three', 0644, off, ~, 2026-12-31]
b:
  - {c: d, "e f": *x}
  - |
    several
    lines
  - >-
    folded
    lines
g: !!binary aGFsbG8=
? h
: i
`;
const pieces = ['a: &x [1]\nb: *x\n', 'a: |2-\n   b\n', '- "\\x41"\n- \'b\'\n', '? a\n: b\n', '!!int 1\n'];

export const target: FuzzTarget = {
  corpus: () => [text, '{"a": [1, {"b": null}]}', ...pieces].map((one) => Buffer.from(one)),
  mutate: mutateYaml,
  run(input) {
    const { node, problems } = readYaml(input.toString('utf8'));
    const wrong = problems.find(({ at }) => !(at.line >= 1 && at.column >= 1));
    if (wrong) throw new Error(`a problem at ${wrong.at.line}:${wrong.at.column}`);
    if (node === null && problems.length === 0 && input.toString('utf8').trim() === text.trim())
      throw new Error('no value');
  },
};
