import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { mistakes } from './mistakes.ts';
import { addNetwork, namespaceProblem, namespacesOf, removeNetwork } from './network.ts';
import { runChaos } from './run-chaos.ts';
import { linesOf, summaryOf } from './summary.ts';

const help = `Runs agents over a real etcd of three members while it is broken, and checks the history.
  node test/cluster/chaos.ts --seconds 300                 members paused and killed
  node test/cluster/chaos.ts --seconds 300 --namespaces    and cut off from each other (needs root)
  --hosts 8 --places 2 --seed 1 --json --mistake "unconditional release"
`;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    hosts: { type: 'string', default: '8' },
    places: { type: 'string', default: '2' },
    seed: { type: 'string', default: '1' },
    mistake: { type: 'string' },
    namespaces: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
    /** The run whose clients' namespace this process is in. */
    inside: { type: 'string' },
  },
});

const stop = new AbortController();
process.on('SIGINT', () => stop.abort());
process.on('SIGTERM', () => stop.abort());

if (values.help) process.stdout.write(help);
else if (values.namespaces && values.inside === undefined) process.exitCode = await runInNamespaces();
else process.exitCode = await runHere();

async function runHere(): Promise<number> {
  const mistake = Object.keys(mistakes).find((name) => name === values.mistake);
  const chaos = await runChaos(
    {
      ...{ seconds: Number(values.seconds), hosts: Number(values.hosts), places: Number(values.places) },
      ...{ seed: Number(values.seed), network: values.inside ?? null },
      mistake: (mistake as keyof typeof mistakes | undefined) ?? null,
    },
    stop.signal,
  );
  const summary = summaryOf(chaos);
  process.stdout.write(values.json ? `${JSON.stringify(summary)}\n` : `${linesOf(summary).join('\n')}\n`);
  return chaos.violations.length + chaos.unfinished.length > 0 ? 1 : 0;
}

/** The same program again, among the clients of a network made for it and removed after it, however it ends. */
async function runInNamespaces(): Promise<number> {
  const problem = await namespaceProblem();
  if (problem) {
    process.stderr.write(`network namespaces are not to be had here: ${problem}\n`);
    return 69;
  }
  const run = String(process.pid);
  try {
    await addNetwork(run);
    const args = ['netns', 'exec', namespacesOf(run).clients, process.execPath, ...process.argv.slice(1)];
    const child = spawn('ip', [...args, '--inside', run], { stdio: 'inherit', detached: true });
    stop.signal.addEventListener('abort', () => child.kill('SIGTERM'));
    return await new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
  } finally {
    await removeNetwork(run);
  }
}
