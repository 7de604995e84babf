import { damageOf } from '../../../protocol/errors/disk-failure.ts';
import { errorOf } from '../../../protocol/errors/interlock-error.ts';

/** Reads what this server wrote as JSON into a row; anything else there is damage, and no defect. Throws `server_unready`. */
export function storedJson<T>(text: string, where: string): T {
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw errorOf(damageOf(`${where} is not valid JSON`), { cause });
  }
}
