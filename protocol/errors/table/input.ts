import { row } from './row.ts';

/** What a person typed or wrote. */
export const inputErrors = {
  usage: row('{problem}', 'Add --help to the command to see its arguments and an example.', 400, 2, 'never'),
  definition_invalid: row(
    '{file}:{line}: {problem}{lines?}',
    'Correct this line of the image definition.',
    400,
    65,
    'never',
  ),
  config_invalid: row('{file}: {problem}', 'Correct this file.', 400, 78, 'never'),
  user_data_invalid: row(
    'no host would apply {file}: errors: {count}',
    'Correct them, as each says; docs/reference/user-data.md lists all keys.',
    400,
    65,
    'never',
  ),
  bad_input: row('{what}: {problem}', 'Correct the input. Nothing was changed.', 400, 65, 'never'),
  not_found: row(
    '{what} does not exist{known?}',
    'Check the spelling of the name or path.',
    404,
    66,
    'never',
  ),
  not_confirmed: row(
    '{file} was not signed: {problem}',
    'Review all changes with --show, then sign with --digest {digest}.',
    400,
    2,
    'never',
  ),
  unconfirmed: row(
    'nothing was changed: {what}',
    'Repeat the command with --yes to do it without a question.',
    409,
    2,
    'never',
  ),
  exists: row('{what} already exists', 'Choose another name, or remove it first{how?}.', 409, 73, 'never'),
  intent_refused: row(
    '{file}: {problem}',
    'Nothing was signed. Make a new intent on the page “Change a channel” of the dashboard.',
    400,
    65,
    'never',
  ),
  intent_outdated: row(
    'the channel has moved on since the intent was made: it expects {expected}, the signed document has {found}',
    'Nothing was signed. Look at it (interlock channel show), and make a new intent if it is still wanted.',
    409,
    65,
    'never',
  ),
};
