import type { UserDataAnswer } from '../../../../protocol/api/user-data.ts';
import { describePlan, type PlanSection } from '../../../../protocol/user-data/describe-plan.ts';
import { readUserData } from '../../../../system/user-data/read-user-data.ts';

/** Problems that are answered at once. */
const mostProblems = 200;
/** Characters of a line that are answered. */
const longestLine = 400;
/** Rows of a section: a page shows no more, and neither side waits for the rest. */
const mostRows = 500;

/** What a host would make of user-data, each problem with the line that it is about. */
export function check(text: string): UserDataAnswer {
  const { plan, problems, parts } = readUserData(Buffer.from(text));
  const valid = problems.every(({ severity }) => severity !== 'error');
  const lines = parts.map((part) => part.split('\n'));
  return {
    valid,
    problems: problems.slice(0, mostProblems).map((problem) => {
      const source = lines[(problem.at.part ?? 1) - 1]?.[problem.at.line - 1] ?? '';
      return { ...problem, source: source.slice(0, longestLine) };
    }),
    plan: valid ? describePlan(plan).map(shorten) : [],
  };
}

function shorten(section: PlanSection): PlanSection {
  const { columns, rows } = section;
  const next = rows[mostRows];
  if (!next) return section;
  const said = [`and ${rows.length - mostRows} more`, ...columns.slice(1).map(() => '')];
  return { ...section, rows: [...rows.slice(0, mostRows), { at: next.at, cells: said }] };
}
