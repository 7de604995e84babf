import type { AffectedAnswer } from '../../../protocol/api/fleet.ts';
import { useQuery } from '../../api/use-query.ts';
import { Command } from '../../components/copy.tsx';
import { Loaded } from '../../components/loaded.tsx';
import { Empty } from '../../components/notice.tsx';
import { Page, Section } from '../../components/page.tsx';
import { type Column, Table } from '../../components/table.tsx';
import { count, countOf } from '../../format/size.ts';
import { go } from '../../router/navigate.ts';
import { type PageProps, pathTo, releasePath } from '../../router/routes.ts';

type Release = AffectedAnswer['releases'][number];

const comparisons = ['<', '<=', '=', '>=', '>'];

/** Who runs a package, or a version of it: by releases and hosts. The question is in the address. */
export function PackagesPage({ query }: PageProps) {
  const asked = {
    package: query.get('package') ?? '',
    is: query.get('is') ?? '',
    version: query.get('version') ?? '',
  };
  const words = asked.version ? asked : { package: asked.package };
  const answer = useQuery<AffectedAnswer>(asked.package ? pathTo('/v1/fleet/affected', words) : null, [
    'hosts',
    'channel',
  ]);
  const ask = (event: SubmitEvent) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget as HTMLFormElement);
    const word = (name: string) => String(given.get(name) ?? '').trim();
    const version = word('version');
    go(
      pathTo('/packages', {
        package: word('package'),
        ...(version ? { is: word('comparison'), version } : {}),
      }),
    );
  };
  return (
    <Page title="Packages" over={<a href="/releases">Releases</a>}>
      <search>
        <form
          key={query.toString()}
          class="search"
          onSubmit={(event) => ask(event as unknown as SubmitEvent)}
        >
          <input
            class="package"
            name="package"
            required
            aria-label="Package or source"
            placeholder="Package or source: openssl"
            defaultValue={asked.package}
          />
          {/* not named `is`: that would be the form's own property, which creating elements inside it reads */}
          <select name="comparison" aria-label="Comparison" value={asked.is || '<'}>
            {comparisons.map((is) => (
              <option key={is} value={is}>
                {is}
              </option>
            ))}
          </select>
          <input
            class="package"
            name="version"
            aria-label="Version"
            placeholder="Version, or any"
            defaultValue={asked.version}
          />
          <button type="submit" class="solid">
            Search
          </button>
        </form>
      </search>
      {asked.package && (
        <Loaded of={answer}>
          {(found) => <Found of={found} question={Object.values(words).join(' ')} />}
        </Loaded>
      )}
      {!asked.package && (
        <p class="quiet">
          Searches the lists of packages of all releases that hosts run or channels name, by the name of a
          package or of the source that it was built from. Versions are compared as Debian does.
        </p>
      )}
    </Page>
  );
}

function Found({
  of: { hosts, all, releases, unknown },
  question,
}: {
  of: AffectedAnswer;
  question: string;
}) {
  return (
    <>
      <p class="lede">
        <b>{count(hosts)}</b> of {countOf(all, 'host')} run a release with {question}.
      </p>
      {releases.length === 0 ? (
        <Empty title="No release has it." />
      ) : (
        <Table
          caption={`Releases with ${question}`}
          columns={columns}
          rows={releases}
          keyOf={({ name, version, arch }) => `${name} ${version} ${arch}`}
        />
      )}
      {unknown.length > 0 && (
        <Section title="Not known">
          <ul class="rules">
            {unknown.map(({ name, version, arch, hosts: some, problem }) => (
              <li key={`${name} ${version} ${arch}`}>
                {name} {version} on {countOf(some, 'host')}: {problem}
              </li>
            ))}
          </ul>
        </Section>
      )}
      <Section title="On the command line">
        <Command text={`interlock fleet affected '${question}'`} />
      </Section>
    </>
  );
}

const columns: readonly Column<Release>[] = [
  {
    name: 'Release',
    cell: ({ name, version, arch, channels }) => (
      <>
        <a href={releasePath(name, version, arch)}>
          {name} {version}
        </a>
        <small>
          {arch}
          {channels.length > 0 && `, head of ${channels.join(', ')}`}
        </small>
      </>
    ),
  },
  {
    name: 'Packages',
    cell: ({ packages }) => (
      <span class="break">{packages.map((one) => `${one.package} ${one.version}`).join(', ')}</span>
    ),
  },
  {
    name: 'Hosts',
    number: true,
    cell: ({ name, version, arch, hosts }) =>
      hosts > 0 ? <a href={pathTo('/hosts', { name, version, arch })}>{countOf(hosts, 'host')}</a> : 'none',
  },
];
