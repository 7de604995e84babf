import { InterlockError } from '../../protocol/errors/interlock-error.ts';
import type { KeysFolder } from '../keys-folder/keys-folder.ts';
import { sha256Of } from '../metadata/name-targets.ts';
import { signedJson } from '../metadata/signed-json.ts';
import { type Asked, trusted } from './asked.ts';
import { changedPaths } from './describe/describe-change.ts';
import { hasHiddenText, hiddenIn } from './refuse-hidden.ts';

/** Holds the enclosed documents against what the asked roles newly name: each is there with these very bytes, can be shown, and nothing else is there. */
export function checkEnclosed(
  folder: KeysFolder,
  texts: Record<string, string>,
  asked: readonly Asked[],
): void {
  const left = new Set(Object.keys(texts));
  for (const { role, json } of asked) {
    const after = signedJson(role, json);
    for (const [path, { hashes }] of Object.entries(after.targets ?? {})) {
      const text = Object.hasOwn(texts, path) ? texts[path] : undefined;
      if (text !== undefined && sha256Of(text) === hashes.sha256) left.delete(path);
    }
    for (const path of changedPaths({ before: trusted(folder, role), after })) {
      const named = after.targets?.[path];
      if (!named) continue;
      const text = Object.hasOwn(texts, path) ? texts[path] : undefined;
      if (text === undefined) throw refuse(role, `${path} is named and not enclosed`);
      const isIt = sha256Of(text) === named.hashes.sha256 && Buffer.byteLength(text) === named.length;
      if (!isIt) throw refuse(role, `${path} is enclosed with other bytes than those named`);
      checkShown(role, path, text);
    }
  }
  for (const path of left) {
    throw refuse('targets', `${path} is enclosed and named with these bytes by no role`);
  }
}

function checkShown(role: string, path: string, text: string): void {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refuse(role, `${path} is not valid JSON`);
  }
  const hidden = hiddenIn(value, path);
  if (hidden) throw refuse(role, hidden);
  if (hasHiddenText(text, value)) throw refuse(role, `${path} holds more than can be shown`);
}

function refuse(role: string, problem: string): InterlockError {
  return new InterlockError('metadata_invalid', { role, problem });
}
