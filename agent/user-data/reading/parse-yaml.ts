import type { Node } from '../../../protocol/user-data/node.ts';
import { readYaml } from '../../../system/yaml/read-yaml.ts';
import { refuse } from './fields.ts';

/** More than any metadata; what is much longer would hold the boot while it is read. */
const mostBytes = 128 * 1024;

/** Reads a YAML document of a source, without the places of its values. Throws `bad_input` with the first problem's line. */
export function parseYaml(bytes: Uint8Array, what: string): unknown {
  if (bytes.length > mostBytes) throw refuse(what, `is longer than ${mostBytes} bytes`);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw refuse(what, 'is not UTF-8');
  }
  const { node, problems } = readYaml(text);
  const wrong = problems.find(({ severity }) => severity === 'error');
  if (wrong) throw refuse(`${what}, line ${wrong.at.line}`, wrong.text);
  return node && plainOf(node);
}

/** A time stays as it is written; so does a MAC address that YAML 1.1 would count in sixties. */
function plainOf(node: Node): unknown {
  switch (node.kind) {
    case 'map':
      // a key like __proto__ is a key
      return Object.assign(
        Object.create(null) as object,
        Object.fromEntries(node.entries.map(({ key, value }) => [key, plainOf(value)])),
      );
    case 'list':
      return node.items.map(plainOf);
    case 'scalar':
      return node.value instanceof Date || isSixties(node.value, node.source) ? node.source : node.value;
  }
}

function isSixties(value: unknown, source: string): boolean {
  return typeof value === 'number' && source.includes(':');
}
