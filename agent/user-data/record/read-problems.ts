import { noteFiles, readNotes } from './host-notes.ts';
import { type Record, readRecord } from './record.ts';
import { readSearchNote, type SearchNote } from './search-note.ts';

type Problem = Record['problems'][number];

/** What of a host's user-data does not hold, and what of its own accounts, whoever noted it. */
export async function readProblems(root: string): Promise<Problem[]> {
  const [record, failed, search, merge] = await Promise.all([
    readRecord(root),
    readNotes(root, noteFiles.commands),
    readSearchNote(root),
    readNotes(root, noteFiles.merge),
  ]);
  return [
    ...(record?.problems ?? []),
    ...failed.map(ofCommand),
    ...ofSearch(search),
    ...merge.map((problem) => ({ item: 'accounts', problem })),
  ];
}

/** The script notes the number of a command, or 0 for itself, and the status. */
function ofCommand(line: string): Problem {
  const [number, status] = line.split(' ');
  const item = number === '0' ? 'runcmd' : `runcmd, command ${number}`;
  return { item, problem: `ended with ${status}: journalctl -u interlock-user-data-commands` };
}

/** A boot that found nothing although a service was to be asked, or a source was there. */
export function ofSearch(note: SearchNote | null): Problem[] {
  if (!note || note.source !== null) return [];
  const item = 'not found in this boot';
  const failed = note.misses.filter(({ failed }) => failed);
  if (failed.length === 0 && note.stage === 'network')
    return [{ item, problem: 'no metadata service answered; the next boot looks again' }];
  return failed.map(({ source, reason }) => ({ item, problem: `${source}: ${reason}` }));
}

const longestText = 1000;

/** The same as what an agent reports as its trouble; null while all holds. Warnings are for whoever writes the document. */
export async function lookAtUserData(
  root: string,
): Promise<{ code: 'user_data_failed'; message: string } | null> {
  const problems = (await readProblems(root)).filter(({ item }) => !item.endsWith('(warning)'));
  if (problems.length === 0) return null;
  const text = problems.map(({ item, problem }) => `${item}: ${problem}`).join('; ');
  const message = text.length > longestText ? `${text.slice(0, longestText)} …` : text;
  return { code: 'user_data_failed', message };
}
