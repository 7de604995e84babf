import type { TSchema } from 'typebox';
import { problemOf } from '../../schema/schema.ts';
import type { Node } from '../../user-data/node.ts';
import { type Shape, table } from './shape.ts';

/** A shape made of a schema, so that user-data accepts what the schema's own file does, and places are kept. */
export function bySchema(schema: TSchema): Shape<unknown> {
  const { properties, required } = schema as { properties?: Record<string, TSchema>; required?: string[] };
  if (properties) {
    const fields = Object.fromEntries(Object.entries(properties).map(([key, each]) => [key, bySchema(each)]));
    const read = table(fields, required ? { required } : {});
    return (node, what, to) => read(node, what, to)?.value;
  }
  return (node, what, to) => {
    const value = plainOf(node);
    const problem = problemOf(schema, value)?.replace(/^value /, '');
    if (problem === undefined) return value;
    const isWord = node.kind === 'scalar' && typeof node.value !== 'string' && node.value !== null;
    const instead = isWord
      ? `Write a value that fits; a text stands in quotes: "${node.source}"`
      : 'Write a value that fits.';
    return to.error(node.at, `${what}: ${problem}`, instead);
  };
}

/** The value without its places. */
export function plainOf(node: Node): unknown {
  if (node.kind === 'list') return node.items.map(plainOf);
  if (node.kind === 'map')
    return Object.fromEntries(node.entries.map(({ key, value }) => [key, plainOf(value)]));
  return node.value instanceof Date ? node.source : node.value;
}
