import { checkAround, dockerWordsOf } from './commands.ts';
import { placeBy } from './fleet-settings.ts';
import { readRun } from './run/read-run.ts';
import { settings } from './settings.ts';
import { labels } from './spec/labels.ts';
import { emptySpec, type ServiceSpec } from './spec/service-spec.ts';
import { expandSpecifiers } from './text/expand.ts';
import { describedBy, type ServiceUnit, serviceOf } from './text/names.ts';
import { Refusal, splitWords } from './text/split-words.ts';
import { parseUnitFile, type UnitLine, type UnitProblem } from './text/unit-file.ts';

const around = /^Exec(StartPre|StartPost|Stop|StopPost|Reload)$/;

/** A systemd unit that runs one container, as a swarm service; or each line that no service can have. */
export function translate(text: string, unit: ServiceUnit): { spec: ServiceSpec; problems: UnitProblem[] } {
  const { lines, problems } = parseUnitFile(text);
  const spec = emptySpec(serviceOf(unit));
  const attempt = (line: UnitLine, work: () => void) => {
    try {
      work();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      problems.push({ line: line.line, problem: error.message, instead: error.instead });
    }
  };
  const of = (test: (line: UnitLine) => boolean) => lines.filter(test);
  const variables = new Map<string, string>();
  for (const line of of(isKey('Environment'))) {
    attempt(line, () => addVariables(variables, line.value, unit));
  }
  const runs = of(isKey('ExecStart'));
  let name: string | undefined;
  for (const line of runs.slice(0, 1)) {
    attempt(line, () => {
      const [command = '', ...words] = dockerWordsOf(line.value, unit, variables);
      if (command !== 'run')
        throw new Refusal(`ExecStart=docker ${command} runs no container`, 'ExecStart=/usr/bin/docker run …');
      const read = readRun(words, spec);
      name = read.name;
      problems.push(
        ...read.problems.map(({ word, ...rest }) => ({ ...rest, line: lineOf(text, line.line, word) })),
      );
    });
  }
  for (const line of runs.slice(1)) attempt(line, () => refuseSecond(line));
  if (runs.length === 0) problems.push(noStart);
  const seen = { metadata: new Set<string>() };
  for (const line of of(
    ({ section, key }) => !(section === 'Service' && /^(ExecStart|Environment)$/.test(key)),
  )) {
    attempt(line, () => {
      if (line.section === 'Service' && around.test(line.key)) {
        checkAround(line.key, dockerWordsOf(line.value, unit, variables), name, spec);
      } else applySetting(spec, unit, line, seen);
    });
  }
  return { spec: withLabels(spec, unit), problems: problems.toSorted((a, b) => a.line - b.line) };
}

const noStart: UnitProblem = {
  line: 1,
  problem: 'the unit has no ExecStart=',
  instead: '[Service] with ExecStart=/usr/bin/docker run --name myapp IMAGE',
};

function isKey(wanted: string) {
  return ({ section, key }: UnitLine) => section === 'Service' && key === wanted;
}

function refuseSecond(line: UnitLine): void {
  throw new Refusal(
    `a second ${line.key}= cannot be translated: a service is one container`,
    'a unit for each container',
  );
}

function addVariables(variables: Map<string, string>, value: string, unit: ServiceUnit): void {
  for (const word of splitWords(value)) {
    const at = word.indexOf('=');
    if (at < 1) throw new Refusal(`Environment=${word} sets nothing`, 'Environment=NAME=VALUE');
    variables.set(word.slice(0, at), expandSpecifiers(word.slice(at + 1), unit));
  }
}

function applySetting(
  spec: ServiceSpec,
  unit: ServiceUnit,
  { section, key, value }: UnitLine,
  seen: { metadata: Set<string> },
): void {
  const setting = settings.find((known) => known.section === section && known.keys.includes(key));
  if (setting) setting.apply(spec, expandPlain(value, unit), key);
  else if (section === 'X-Fleet') placeBy(spec, unit, key, expandPlain(value, unit), seen);
  else if (!section.startsWith('X-'))
    throw new Refusal(
      `${key}= of [${section}] cannot be translated`,
      'nothing: leave it out, or say it by docker run',
    );
}

/** Where an instance's number is not filled in, its place is left as a star. */
function expandPlain(value: string, unit: ServiceUnit): string {
  return expandSpecifiers(value, unit).replace(/[\uE000\uE001]/g, '*');
}

/** The line of the file on which a word of a long command stands. */
function lineOf(text: string, first: number, word: string): number {
  const lines = text.split(/\r?\n/);
  const found = lines.findIndex((line, index) => index >= first - 1 && line.includes(word));
  return found === -1 ? first : found + 1;
}

function withLabels(spec: ServiceSpec, unit: ServiceUnit): ServiceSpec {
  const { ContainerSpec } = spec.TaskTemplate;
  const ports = spec.EndpointSpec.Ports.filter(({ PublishedPort }) => PublishedPort !== undefined).map(
    ({ PublishedPort, TargetPort, Protocol }) => `${PublishedPort}:${TargetPort}/${Protocol}`,
  );
  const own = { [labels.unit]: describedBy(unit) };
  ContainerSpec.Labels = {
    ...ContainerSpec.Labels,
    ...own,
    ...(ports.length > 0 ? { [labels.ports]: ports.join(',') } : {}),
  };
  return { ...spec, Labels: { ...spec.Labels, ...own, [labels.started]: unit.name } };
}
