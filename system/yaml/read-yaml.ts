import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Node as YamlNode } from 'yaml';
import type { ListNode, MapNode, Node, ScalarNode } from '../../protocol/user-data/node.ts';
import type { Place, Problem } from '../../protocol/user-data/problem.ts';
import { findExcess } from './find-excess.ts';
import { resolvePlain } from './resolve-plain.ts';
import { syntaxProblem } from './syntax-problem.ts';

/** A value inside values: deeper than any setting, and shallow enough for every reader's stack. */
const deepest = 64;
/** Words, signs and line ends outside of texts: reading takes as long as there are many of them, a second for four times as many. */
const mostPieces = 100_000;
/** Values of a document with all its aliases followed: an anchor of anchors would fill the memory. */
const mostValues = 100_000;

/** Mistakes of the syntax that are named: one is often the cause of all others. */
const mostErrors = 100;

/** What a text says, or why it cannot be read. */
export interface ReadYaml {
  node: Node | null;
  problems: Problem[];
}

/** Reads one YAML document with the place of every value. Never throws for what a text contains. */
export function readYaml(text: string): ReadYaml {
  const lines = new LineCounter();
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const excess = findExcess(text, { deepest, mostPieces });
  if (excess) {
    lineStarts(text, lines);
    const at = place(excess.at);
    return { node: null, problems: [excess.kind === 'depth' ? depthProblem(at) : lengthProblem(at)] };
  }
  const document = parse(text, lines);
  const { errors } = document;
  // the library says so where its stack ended, and of what followed from it
  const exhausted = errors.find(({ code }) => code === 'RESOURCE_EXHAUSTION');
  if (exhausted) return { node: null, problems: [depthProblem(place(exhausted.pos[0]))] };
  if (errors.length > 0) {
    const named = errors.slice(0, mostErrors);
    return { node: null, problems: named.map((error) => syntaxProblem(error, place(error.pos[0]))) };
  }
  const reader = openReader(place);
  const node = document.contents ? reader.read(document.contents as YamlNode, 0) : null;
  return { node, problems: reader.problems };
}

function parse(text: string, lineCounter: LineCounter) {
  // the library makes an error of each mistake, and a stack of each error: a second for 100 kB of brackets
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return parseDocument(text, {
      // types are given below, and keys compared there: the library compares each with all others
      schema: 'failsafe',
      version: '1.1',
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'error',
      lineCounter,
    });
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function openReader(place: (offset: number) => Place) {
  const problems: Problem[] = [];
  const anchors = new Map<string, YamlNode>();
  const open = new Set<YamlNode>();
  let values = 0;
  /** The alias in the text that is followed now. */
  let outermost: Place | null = null;

  const refuse = (at: Place, text: string, instead: string): null => {
    if (problems.length < 100) problems.push({ at, severity: 'error', text, instead });
    return null;
  };

  function read(node: YamlNode | null, depth: number): Node | null {
    const at = place(node?.range?.[0] ?? 0);
    if (++values > mostValues) {
      const text = `the document has more than ${mostValues} values, aliases (*name) included`;
      return values === mostValues + 1
        ? refuse(outermost ?? at, text, 'Write each value where it belongs, without aliases of aliases.')
        : null;
    }
    if (node === null) return { kind: 'scalar', at, value: null, source: '' };
    if (isAlias(node)) return follow(node.source, at, depth);
    if (node.anchor) anchors.set(node.anchor, node);
    if (depth > deepest) {
      problems.push(depthProblem(at));
      return null;
    }
    open.add(node);
    const found = isMap(node)
      ? readMap(node, at, depth)
      : isSeq(node)
        ? readList(node, at, depth)
        : readScalar(node, at);
    open.delete(node);
    return found;
  }

  function follow(name: string, at: Place, depth: number): Node | null {
    const meant = anchors.get(name);
    if (!meant)
      return refuse(
        at,
        `the anchor &${name} does not exist above`,
        'Name an anchor that stands above, or write the value.',
      );
    if (open.has(meant))
      return refuse(at, `*${name} stands inside the value that it repeats`, 'Write the value.');
    const isOutermost = outermost === null;
    outermost ??= at;
    const found = read(meant, depth + 1);
    if (isOutermost) outermost = null;
    return found && { ...found, at };
  }

  function readMap(node: { items: unknown[]; range?: unknown }, at: Place, depth: number): MapNode {
    const map: MapNode = { kind: 'map', at, entries: [] };
    const lines = new Map<string, number>();
    for (const { key, value } of node.items as { key: YamlNode | null; value: YamlNode | null }[]) {
      const keyAt = key?.range ? place(key.range[0]) : at;
      if (!isScalar(key) || typeof key.value !== 'string') {
        refuse(keyAt, 'a key is no single word', 'Write keys as words: `name: value`.');
        continue;
      }
      if (key.value === '<<' && key.type === 'PLAIN') {
        refuse(keyAt, 'merging (<<) is not read', 'Write the keys out.');
        continue;
      }
      if (key.anchor) anchors.set(key.anchor, key);
      const first = lines.get(key.value);
      if (first !== undefined) {
        refuse(
          keyAt,
          `${key.value} is here a second time; the first is on line ${first}`,
          'Join both into one: the earlier would be lost.',
        );
        continue;
      }
      lines.set(key.value, keyAt.line);
      const found =
        value === null || (isScalar(value) && value.range?.[0] === undefined)
          ? ({ kind: 'scalar', at: keyAt, value: null, source: '' } as const)
          : read(value, depth + 1);
      if (found) map.entries.push({ key: key.value, at: keyAt, value: found });
    }
    return map;
  }

  function readList(node: { items: unknown[] }, at: Place, depth: number): ListNode {
    const items = node.items.map((item) => read(item as YamlNode | null, depth + 1));
    return { kind: 'list', at, items: items.filter((item) => item !== null) };
  }

  function readScalar(node: YamlNode, at: Place): ScalarNode | null {
    if (!isScalar(node)) return refuse(at, 'this is no value', 'Write a text, a number, a list or keys.');
    const source = String(node.value ?? '');
    const value = typedValue(source, node.type === 'PLAIN', node.tag);
    if (value === undefined) {
      return refuse(
        at,
        `the tag ${node.tag} is not read`,
        'Write the value without a tag, or with !!str or !!binary.',
      );
    }
    if (value instanceof Date && Number.isNaN(value.getTime())) {
      return refuse(
        at,
        `${source} is no date of the calendar`,
        'Correct it, or put it into quotes to make it a text.',
      );
    }
    return { kind: 'scalar', at, value, source };
  }

  return { read, problems };
}

const core = 'tag:yaml.org,2002:';

/** The value of a scalar by its tag; nothing for tags that are not read. */
function typedValue(
  source: string,
  isPlain: boolean,
  tag: string | undefined,
): ScalarNode['value'] | undefined {
  if (tag === undefined) return isPlain ? resolvePlain(source) : source;
  switch (tag.startsWith(core) ? tag.slice(core.length) : tag) {
    case '!':
    case 'str':
      return source;
    case 'binary':
      return Buffer.from(source, 'base64');
    case 'int':
    case 'float':
    case 'bool':
    case 'null':
      return resolvePlain(source);
    default:
      return undefined;
  }
}

function depthProblem(at: Place): Problem {
  const text = `values stand more than ${deepest} deep inside each other`;
  return {
    at,
    severity: 'error',
    text,
    instead: 'No setting is so deep: look for a bracket or an indent too many.',
  };
}

function lengthProblem(at: Place): Problem {
  return {
    at,
    severity: 'error',
    text: `the document has more than ${mostPieces} words, signs and line ends up to here`,
    instead: 'Put a long text into one value, by `content: |`, or into encoding: gz+b64.',
  };
}

function lineStarts(text: string, lines: LineCounter): void {
  lines.addNewLine(0);
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines.addNewLine(at + 1);
}
