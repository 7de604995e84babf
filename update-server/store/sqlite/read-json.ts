/** Reads what the store wrote as JSON; a damaged value is the given one, so that it hides nothing beside it. */
export function readJson<T>(text: string | null | undefined, otherwise: T): T {
  if (text === null || text === undefined) return otherwise;
  try {
    return JSON.parse(text) as T;
  } catch {
    return otherwise;
  }
}
