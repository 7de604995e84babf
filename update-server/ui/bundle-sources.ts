import { join } from 'node:path';
import { run } from '../../system/process/run.ts';

/** Bundles the dashboard from its sources, as they are now: text by path. Throws `tool_failed` with the bundler's words. */
export async function bundleSources(): Promise<Record<string, string>> {
  const program = join(import.meta.dirname, 'print-bundle.ts');
  return JSON.parse(await run(process.execPath, [program]));
}
