import { finishPlan } from '../../protocol/cloud-config/finish-plan.ts';
import { type Draft, planDocument } from '../../protocol/cloud-config/plan-document.ts';
import { emptyPlan, type Plan } from '../../protocol/user-data/plan.ts';
import type { Problem } from '../../protocol/user-data/problem.ts';
import { openReport, type Report } from '../../protocol/user-data/report.ts';
import { readYaml } from '../yaml/read-yaml.ts';
import { kindOf, refusals } from './kind-of.ts';
import { splitParts } from './split-parts.ts';
import { type Unpacked, unpack } from './unpack.ts';

/** What user-data asks of a host; with an error among the problems nothing of it may be applied. */
export interface ReadUserData {
  plan: Plan;
  problems: Problem[];
  /** The text of each part, so that a problem can be shown in its line. */
  parts: string[];
}

/** Reads user-data as a machine gets it. Never throws for what it contains. */
export function readUserData(bytes: Uint8Array): ReadUserData {
  const draft: Draft = { plan: emptyPlan(), names: {}, update: {}, said: new Map() };
  const whole = openReport();
  const found = unpack(bytes);
  if ('problem' in found)
    return { plan: draft.plan, problems: [{ ...found.problem, severity: 'error' }], parts: [] };
  const isMultiPart = kindOf(found.text) === 'mime';
  const parts = isMultiPart ? splitParts(found, whole) : [{ ...found, type: undefined }];
  const reports = parts.map((part, index) => {
    const to = openReport(isMultiPart ? index + 1 : undefined);
    readPart(part, draft, index + 1, to);
    return to;
  });
  finishPlan(draft, whole);
  const problems = [...reports.flatMap((each) => each.problems), ...whole.problems];
  return { plan: draft.plan, problems: problems.toSorted(byPlace), parts: parts.map(({ text }) => text) };
}

interface Part extends Unpacked {
  /** What a multi-part document says it is. */
  type: string | undefined;
}

function readPart({ text, bytes, type }: Part, draft: Draft, part: number, to: Report): void {
  const at = { line: 1, column: 1 };
  const kind = kindOf(text, type);
  switch (kind) {
    case 'cloud-config': {
      const { node, problems } = readYaml(text);
      for (const { at, text, instead } of problems) to.error(at, text, instead);
      // what was read beside a mistake of the syntax would only repeat it
      if (problems.length === 0) planDocument(node, draft, part, to);
      return;
    }
    case 'script':
      draft.plan.runCommands.push({ run: { script: bytes }, at: part > 1 ? { ...at, part } : at });
      return;
    case 'empty':
      return;
    default: {
      const [text, instead] = refusals[kind === 'mime' ? 'nested' : kind];
      to.error(at, text, instead);
    }
  }
}

function byPlace(one: Problem, other: Problem): number {
  return (
    (one.at.part ?? 0) - (other.at.part ?? 0) ||
    one.at.line - other.at.line ||
    one.at.column - other.at.column
  );
}
