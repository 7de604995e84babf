/**
 * Agents send it with every request: they let unknown fields of answers be, so a server may add some. Agents made before
 * it refuse an answer with a field that they do not know. See docs/decisions/0016.
 */
export const speaksHeader = 'interlock-speaks';

/** The one word of that header so far; more may stand beside it, separated by blanks. */
export const speaksExtensible = 'extensible';
