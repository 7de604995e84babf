import { readFile } from 'node:fs/promises';
import { type Static, Type } from 'typebox';
import { parse, strict } from '../../protocol/schema/schema.ts';
import { writeDurably } from '../../system/files/durable.ts';
import { ifAbsent } from '../../system/files/read-error.ts';

const Network = strict({ ports: Type.Array(Type.String()), cut: Type.Array(Type.String()) });

/** What the switch goes by: its ports, and those whose frames are lost. */
export type Network = Static<typeof Network>;

const none: Network = { ports: [], cut: [] };

/** Reads the switch's file. */
export function parseNetwork(text: string): Network {
  return parse(Network, JSON.parse(text), 'network.json');
}

/** The same from a lab's folder; without the file there is no port yet. */
export async function readNetwork(file: string): Promise<Network> {
  const text = await readFile(file, 'utf8').catch(ifAbsent(file, ''));
  return text ? parseNetwork(text) : none;
}

/** Writes it; the switch reads it when it is told to. */
export async function writeNetwork(file: string, network: Network): Promise<void> {
  await writeDurably(file, `${JSON.stringify(network)}\n`, 0o600);
}
