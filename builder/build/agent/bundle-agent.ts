import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Joins the agent and everything it imports into the one JavaScript file that images carry. */
export async function bundleAgent(): Promise<string> {
  const bundle = await rolldown({
    input: 'agent/cli/main.ts',
    cwd: root,
    platform: 'node',
    logLevel: 'silent',
  });
  try {
    const { output } = await bundle.generate({ format: 'esm', codeSplitting: false });
    return output[0].code;
  } finally {
    await bundle.close();
  }
}
