import type { Node } from '../../user-data/node.ts';
import type { Plan } from '../../user-data/plan.ts';
import type { Report } from '../../user-data/report.ts';
import { kindOf, text } from '../shape/shape.ts';

const name = text({
  pattern: /^[0-9A-Za-z][0-9A-Za-z_-]{0,62}$/,
  is: 'is no name of a health check',
  instead: 'Use letters, digits, “-” and “_”, such as 60-web.',
});

/** `interlock: health: checks`: scripts by name, for `/etc/interlock/health.d`. */
export function readChecks(node: Node, to: Report): Plan['healthChecks'] {
  if (node.kind !== 'map') {
    to.error(
      node.at,
      `interlock: health: checks is ${kindOf(node)} and should be a table`,
      'Write a name and below it the script: 60-web: |',
    );
    return [];
  }
  return node.entries.flatMap(({ key, at, value }) => {
    const called = name({ kind: 'scalar', value: key, source: key, at }, 'a health check', to);
    const script = text()(value, `the health check ${key}`, to);
    if (called === undefined || script === undefined) return [];
    if (!script.startsWith('#!')) {
      to.error(value.at, `the health check ${key} does not say what runs it`, 'Begin with #!/bin/sh');
      return [];
    }
    return [{ name: called, content: Buffer.from(script), at }];
  });
}
