import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import { whatThereIs } from '../../protocol/text/suggest.ts';
import { labels } from '../../protocol/units/spec/labels.ts';
import { describedBy, parseServiceUnit, type ServiceUnit } from '../../protocol/units/text/names.ts';
import { Refusal } from '../../protocol/units/text/split-words.ts';
import { translate } from '../../protocol/units/translate.ts';
import type { Docker } from '../../system/docker/docker.ts';
import { type Config, listConfigs } from '../../system/docker/swarm.ts';

/** A submitted unit: its text lies in swarm as a config object, so that every manager has it. */
export interface Submitted {
  id: string;
  name: string;
  text: string;
}

/** Swarm takes no `@`: a template and a unit of its name would be the same service anyway. */
function configName({ prefix }: ServiceUnit): string {
  return `unit.${prefix}`;
}

/** Reads a unit’s name. Throws `usage`. */
export function unitOf(given: string): ServiceUnit {
  try {
    return parseServiceUnit(given);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new InterlockError('usage', { problem: `${error.message}; write, say, ${error.instead}` });
  }
}

/** Every submitted unit, by name. */
export async function listSubmitted(docker: Docker): Promise<Submitted[]> {
  const configs = await listConfigs(docker, labels.unit);
  return configs.map(submittedOf).toSorted((a, b) => a.name.localeCompare(b.name));
}

/** The submitted text that describes a unit. Throws `not_found`. */
export async function findSubmitted(docker: Docker, unit: ServiceUnit): Promise<Submitted> {
  const name = describedBy(unit);
  const all = await listSubmitted(docker);
  const found = all.find((each) => each.name === name);
  if (found) return found;
  const known = whatThereIs(
    name,
    all.map((each) => each.name),
  );
  throw new InterlockError('not_found', { what: `unit ${name}`, known: known || '; nothing was submitted' });
}

/** Submits a file: checked, then kept by swarm. Returns whether it is new. Throws `unit_untranslatable` or `exists`. */
export async function submitFile(
  docker: Docker,
  file: string,
): Promise<{ unit: ServiceUnit; isNew: boolean }> {
  const { unit, text } = await readUnit(file);
  requireTranslated(text, unit, file);
  const all = await listConfigs(docker, labels.unit);
  const found = all.find(({ Spec }) => Spec.Name === configName(unit));
  const name = describedBy(unit);
  if (found) {
    const known = submittedOf(found);
    if (known.name === name && known.text === text) return { unit, isNew: false };
    const what =
      known.name === name
        ? `unit ${name} with another text`
        : `unit ${known.name}, whose service has the same name,`;
    throw new InterlockError('exists', { what, how: `: interlock units destroy ${known.name}` });
  }
  await docker.post('/configs/create', {
    Name: configName(unit),
    Labels: { [labels.unit]: name },
    Data: Buffer.from(text).toString('base64'),
  });
  return { unit, isNew: true };
}

/** The unit as swarm takes it. Throws `unit_untranslatable` with every line that no service can have. */
export function requireTranslated(text: string, unit: ServiceUnit, file: string) {
  const { spec, problems } = translate(text, unit);
  if (problems.length === 0) return spec;
  const lines = problems.map(
    ({ line, problem, instead }) => `\n${file}:${line}: ${problem}\n    write: ${instead}`,
  );
  const count = problems.length === 1 ? '1 line' : `${problems.length} lines`;
  throw new InterlockError('unit_untranslatable', { file, count, lines: lines.join('') });
}

/** An instance without a file of its own is described by the template beside it. */
async function readUnit(file: string): Promise<{ unit: ServiceUnit; text: string }> {
  const unit = unitOf(basename(file));
  const template = join(dirname(file), describedBy(unit));
  for (const path of new Set([file, template])) {
    try {
      return { unit, text: await readFile(path, 'utf8') };
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT')
        throw new InterlockError('bad_input', { what: path, problem: message }, { cause: error });
    }
  }
  throw new InterlockError('not_found', { what: `file ${file}` });
}

function submittedOf({ ID, Spec }: Config): Submitted {
  const text = Buffer.from(Spec.Data, 'base64').toString('utf8');
  return { id: ID, name: Spec.Labels[labels.unit] ?? Spec.Name, text };
}
