import type { ServiceSpec } from './spec/service-spec.ts';
import { expandSpecifiers, expandVariables } from './text/expand.ts';
import type { ServiceUnit } from './text/names.ts';
import { Refusal, splitWords } from './text/split-words.ts';

/** The words behind `docker` of one Exec line. Throws a `Refusal` for any other program. */
export function dockerWordsOf(
  value: string,
  unit: ServiceUnit,
  variables: ReadonlyMap<string, string>,
): string[] {
  const words = splitWords(value.replace(/^[-@:+!|]+/, '')).map((word) => expandSpecifiers(word, unit));
  const [program = '', ...rest] = expandVariables(words, variables);
  if (!/^(\/[\w/.-]+\/)?docker$/.test(program)) {
    throw new Refusal(
      `${program || 'nothing'} is run on the host, and a service is a container alone`,
      'docker run; what the host needs is a unit in user-data',
    );
  }
  if (rest.includes(';')) throw new Refusal('one line has two commands', 'a line for each');
  return rest[0] === 'container' || rest[0] === 'image' ? rest.slice(1) : rest;
}

/** Commands around the container that swarm carries out by itself. `name`: the container's. */
export function checkAround(
  key: string,
  words: readonly string[],
  name: string | undefined,
  spec: ServiceSpec,
): void {
  const [command = '', ...rest] = words;
  if (command === 'pull') {
    checkPull(rest, spec);
    return;
  }
  if (!['stop', 'kill', 'rm'].includes(command)) {
    throw new Refusal(
      `${key}=docker ${command} cannot be translated: swarm fetches, starts, stops and removes, and nothing else`,
      'nothing: leave the line out, or do it in the image',
    );
  }
  const { names, time, signal } = readStop(rest);
  const other = names.find((each) => each !== name);
  if (other !== undefined) {
    throw new Refusal(`${key}=docker ${command} ${other} is about another container`, 'its own unit');
  }
  const { ContainerSpec } = spec.TaskTemplate;
  if (key !== 'ExecStop') return;
  if (time !== undefined) ContainerSpec.StopGracePeriod ??= time * 1e9;
  if (signal !== undefined) ContainerSpec.StopSignal ??= signal;
}

function checkPull(words: readonly string[], { TaskTemplate: { ContainerSpec } }: ServiceSpec): void {
  const image = words.find((word) => !word.startsWith('-'));
  if (image === undefined || !ContainerSpec.Image || isSame(image, ContainerSpec.Image)) return;
  throw new Refusal(
    `docker pull ${image}: the service runs ${ContainerSpec.Image}, and machines fetch that alone`,
    `docker pull ${ContainerSpec.Image}`,
  );
}

function isSame(one: string, other: string): boolean {
  const whole = (image: string) => (/[:@][^/]*$/.test(image) ? image : `${image}:latest`);
  return whole(one) === whole(other);
}

/** `-t 20 NAME`, `-s SIGTERM NAME`, `-f NAME`. */
function readStop(words: readonly string[]): { names: string[]; time?: number; signal?: string } {
  const names: string[] = [];
  let time: number | undefined;
  let signal: string | undefined;
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    const [flag = '', attached] = word.split('=', 2);
    const take = () => attached ?? words[++at] ?? '';
    if (['-t', '--time', '--timeout'].includes(flag)) time = Number(take());
    else if (['-s', '--signal'].includes(flag)) signal = take();
    else if (!word.startsWith('-')) names.push(word);
  }
  return {
    names,
    ...(time !== undefined && Number.isFinite(time) ? { time } : {}),
    ...(signal ? { signal } : {}),
  };
}
