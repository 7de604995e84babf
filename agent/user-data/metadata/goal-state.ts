import { refuse } from '../reading/fields.ts';
import type { MetadataClient } from './client.ts';

const base = 'http://168.63.129.16';
const ask = { headers: { 'x-ms-version': '2012-11-30', 'x-ms-agent-name': 'interlock' } };
const id = /^[A-Za-z0-9._-]{1,200}$/;

/** Tells Azure that this machine is up; until then it counts as being made, and after some minutes as failed. */
export async function reportReady(client: MetadataClient): Promise<void> {
  await client.reach([base], '/?comp=versions', ask);
  const url = `${base}/machine/?comp=goalstate`;
  const state = goalStateOf((await client.text(url, ask)) ?? '', url);
  const body = readyDocument(state);
  const sent = await client.get(`${base}/machine/?comp=health`, {
    method: 'POST',
    headers: { ...ask.headers, 'content-type': 'text/xml; charset=utf-8' },
    body,
  });
  if (sent === null) throw refuse(`${base}/machine/?comp=health`, 'does not exist');
}

/** What a report repeats of the goal state. */
export interface GoalState {
  incarnation: string;
  containerId: string;
  instanceId: string;
}

/** Reads a goal state's three words; no XML reader is needed for them, and each may only be a word. */
export function goalStateOf(xml: string, what: string): GoalState {
  const word = (tag: string) => {
    const text = new RegExp(`<${tag}>\\s*([^<\\s]{1,200})\\s*</${tag}>`).exec(xml)?.[1] ?? '';
    if (!id.test(text)) throw refuse(what, `names no ${tag}`);
    return text;
  };
  return {
    incarnation: word('Incarnation'),
    containerId: word('ContainerId'),
    instanceId: word('InstanceId'),
  };
}

function readyDocument({ incarnation, containerId, instanceId }: GoalState): string {
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    '<Health>',
    `<GoalStateIncarnation>${incarnation}</GoalStateIncarnation>`,
    `<Container><ContainerId>${containerId}</ContainerId><RoleInstanceList><Role>`,
    `<InstanceId>${instanceId}</InstanceId><Health><State>Ready</State></Health>`,
    '</Role></RoleInstanceList></Container>',
    '</Health>',
  ].join('');
}
