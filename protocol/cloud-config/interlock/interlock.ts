import { Inputs } from '../../documents/host-inputs.ts';
import { problemOfWindows } from '../../documents/window.ts';
import { ordersOfUserData } from '../../installer/orders.ts';
import { contradictionIn } from '../../rules/contradiction.ts';
import { etcdContradiction } from '../../rules/etcd-contradiction.ts';
import { lockContradiction } from '../../rules/lock-contradiction.ts';
import { InstallOrders } from '../../user-data/install-orders.ts';
import type { Node } from '../../user-data/node.ts';
import type { Plan } from '../../user-data/plan.ts';
import type { Place } from '../../user-data/problem.ts';
import type { Report } from '../../user-data/report.ts';
import { bySchema } from '../shape/schema-shape.ts';
import { kindOf, type Shape, table, text, word } from '../shape/shape.ts';
import { readChecks } from './checks.ts';

/** Settings of the agent that user-data can say; what kind of machine it is, it cannot. */
const {
  machine: _,
  health: healthSchema,
  labels: labelsSchema,
  window: windowSchema,
  ...settings
} = Inputs.properties;

const url: Shape<string> = (node, what, to) => {
  const value = text({
    pattern: /^https?:\/\/[^\s]+$/,
    is: 'is no URL',
    instead: 'Write https://updates.example.org',
  })(node, what, to);
  if (value === undefined || URL.canParse(value)) return value;
  return to.error(node.at, `${what} ${value} is no valid URL`, 'Write https://updates.example.org');
};

const labels: Shape<Record<string, string>> = (node, what, to) => {
  if (node.kind !== 'map')
    return to.error(node.at, `${what} is ${kindOf(node)} and should be a table`, 'Write: role: web');
  const shape = bySchema(labelsSchema as never) as Shape<Record<string, string>>;
  const read = node.entries.flatMap((entry) => {
    const value = text()(entry.value, `${what}: ${entry.key}`, to);
    const fits = value !== undefined && shape({ ...node, at: entry.at, entries: [entry] }, what, to);
    return fits ? [[entry.key, value] as const] : [];
  });
  const all = Object.fromEntries(read);
  return read.length === node.entries.length ? shape(node, what, to) : all;
};

/** YAML takes an unquoted 22:00 for a number of minutes: what was written counts. */
const windows: Shape<unknown> = (node, what, to) =>
  bySchema(windowSchema as never)(asWritten(node), what, to);

function asWritten(node: Node): Node {
  if (node.kind === 'scalar') return { ...node, value: node.source };
  if (node.kind === 'list') return { ...node, items: node.items.map(asWritten) };
  return {
    ...node,
    entries: node.entries.map((entry) => ({ ...entry, value: asWritten(entry.value) })),
  };
}

const health: Shape<{ inputs: unknown; checks: Plan['healthChecks'] }> = (node, what, to) => {
  if (node.kind !== 'map')
    return to.error(node.at, `${what} is ${kindOf(node)} and should be a table`, 'Write: settle: 60');
  const own = node.entries.find(({ key }) => key === 'checks');
  const rest = { ...node, entries: node.entries.filter((entry) => entry !== own) };
  const inputs = rest.entries.length > 0 ? bySchema(healthSchema)(rest, what, to) : undefined;
  return { inputs, checks: own ? readChecks(own.value, to) : [] };
};

const readTable = table({
  ...Object.fromEntries(Object.entries(settings).map(([key, schema]) => [key, bySchema(schema)])),
  server: url,
  labels,
  health,
  window: windows,
  metadata: word(['open', 'shut']),
  install: bySchema(InstallOrders),
});

/** `interlock:`: the agent's configuration, health checks, who may ask for metadata, and what the installer does. */
export function readInterlock(node: Node, plan: Plan, to: Report): void {
  const read = readTable(node, 'interlock', to);
  if (!read) return;
  const { health: healthRead, metadata, install, ...rest } = read.value as Record<string, unknown>;
  const { inputs: healthInputs, checks = [] } = (healthRead ?? {}) as {
    inputs?: object;
    checks?: Plan['healthChecks'];
  };
  const inputs = { ...rest, ...(healthInputs && { health: healthInputs }) } as Inputs;
  if (metadata !== undefined)
    plan.metadata = { access: metadata as 'open' | 'shut', at: read.place('metadata' as never) };
  if (install !== undefined) readOrders(install as InstallOrders, read.place('install' as never), plan, to);
  plan.healthChecks.push(...checks);
  refuseContradictions(inputs, (key) => read.place(key as never), to);
  if (Object.keys(inputs).length > 0) plan.agent = { inputs, at: read.at };
}

function readOrders(orders: InstallOrders, at: Place, plan: Plan, to: Report): void {
  const chosen = Object.keys(orders.disk ?? {});
  const isByErase = !orders.disk && orders.erase !== undefined;
  if (chosen.length !== 1 && !isByErase) {
    const given = chosen.length === 0 ? 'no disk' : `a disk by ${chosen.join(' and ')}`;
    const instead = 'Write one of serial:, path:, size:, only: true below disk:.';
    to.error(at, `interlock: install names ${given}`, instead);
    return;
  }
  const [problem] = ordersOfUserData(orders).problems;
  if (problem) to.error(at, `interlock: install: ${problem}`, 'Correct it.');
  else plan.install = { orders, at };
}

function refuseContradictions(inputs: Inputs, placeOf: (key: string) => Place, to: Report): void {
  const times = {
    health: { settle: 120, steady: 30, timeout: 30, ...inputs.health },
    pollSeconds: inputs.poll ?? 3600,
    retrySeconds: inputs.retry ?? Math.min(60, inputs.poll ?? 3600),
  };
  const wrong = problemOfWindows(inputs.window ?? []);
  const windows: [string, string] | null = wrong ? ['window', wrong] : null;
  const lacks = [lockContradiction(inputs), etcdContradiction(inputs)];
  for (const found of [contradictionIn(times), ...lacks, windows]) {
    if (found) to.error(placeOf(found[0]), found[1], found[0] === 'etcd' ? 'Add it.' : 'Change one of them.');
  }
}
