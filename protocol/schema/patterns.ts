const leapYear = '(\\d\\d(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)';
const dayOfMonth =
  '((0[13578]|1[02])-(0[1-9]|[12]\\d|3[01])|(0[469]|11)-(0[1-9]|[12]\\d|30)|02-(0[1-9]|1\\d|2[0-8]))';
const timePattern = `^(${leapYear}-02-29|\\d{4}-${dayOfMonth})T([01]\\d|2[0-3])(:[0-5]\\d){2}(\\.\\d{1,9})?Z$`;

/** The patterns of the texts that parties exchange; what each asks for in words is in `problem-words.ts`. */
export const patterns = {
  sha256: '^[0-9a-f]{64}$',
  word: '^[a-z0-9][a-z0-9.-]{0,62}$',
  version: '^[0-9A-Za-z][0-9A-Za-z.~^+-]{0,62}$',
  id: '^[0-9A-Za-z-]{8,64}$',
  limit: '^[1-9]\\d{0,3}$',
  time: timePattern,
} as const;
