/** What swarm is told of a service, in the words of Docker’s API; as much of it as units need. */
export interface ServiceSpec {
  Name: string;
  Labels: Record<string, string>;
  TaskTemplate: {
    ContainerSpec: ContainerSpec;
    Resources: { Limits: Limits; Reservations: Limits };
    RestartPolicy: { Condition: 'none' | 'on-failure' | 'any'; Delay?: number };
    Placement: { Constraints: string[]; MaxReplicas?: number };
    Networks: NetworkAttachment[];
    LogDriver?: { Name: string; Options: Record<string, string> };
    ForceUpdate?: number;
  };
  Mode: { Global: Record<never, never> } | { Replicated: { Replicas: number } };
  UpdateConfig: { Parallelism: number; Order: 'stop-first' };
  EndpointSpec: { Mode: 'vip'; Ports: Port[] };
}

/** One container of a service. */
export interface ContainerSpec {
  Image: string;
  Labels: Record<string, string>;
  Command?: string[];
  Args: string[];
  Env: string[];
  Mounts: Mount[];
  Hosts: string[];
  Groups: string[];
  CapabilityAdd: string[];
  CapabilityDrop: string[];
  Sysctls: Record<string, string>;
  Ulimits: { Name: string; Soft: number; Hard: number }[];
  DNSConfig: { Nameservers: string[]; Search: string[]; Options: string[] };
  Hostname?: string;
  Dir?: string;
  User?: string;
  TTY?: boolean;
  OpenStdin?: boolean;
  ReadOnly?: boolean;
  Init?: boolean;
  StopSignal?: string;
  StopGracePeriod?: number;
  Healthcheck?: {
    Test?: string[];
    Interval?: number;
    Timeout?: number;
    StartPeriod?: number;
    Retries?: number;
  };
}

interface Limits {
  NanoCPUs?: number;
  MemoryBytes?: number;
  Pids?: number;
}

/** A port of the container that every machine of the swarm has; without `PublishedPort` swarm chooses one. */
export interface Port {
  Protocol: 'tcp' | 'udp' | 'sctp';
  TargetPort: number;
  PublishedPort?: number;
  PublishMode: 'ingress';
}

export interface Mount {
  Type: 'bind' | 'volume' | 'tmpfs';
  Source?: string;
  Target: string;
  ReadOnly?: boolean;
  BindOptions?: { Propagation?: string };
  TmpfsOptions?: { SizeBytes?: number; Mode?: number };
}

interface NetworkAttachment {
  Target: string;
  Aliases?: string[];
}

/** A service that runs an image and nothing else is said of. */
export function emptySpec(name: string): ServiceSpec {
  return {
    Name: name,
    Labels: {},
    TaskTemplate: {
      ContainerSpec: {
        ...{ Image: '', Labels: {}, Args: [], Env: [], Mounts: [], Hosts: [], Groups: [] },
        ...{ CapabilityAdd: [], CapabilityDrop: [], Sysctls: {}, Ulimits: [] },
        DNSConfig: { Nameservers: [], Search: [], Options: [] },
      },
      Resources: { Limits: {}, Reservations: {} },
      RestartPolicy: { Condition: 'on-failure' },
      Placement: { Constraints: [] },
      Networks: [],
    },
    Mode: { Replicated: { Replicas: 1 } },
    UpdateConfig: { Parallelism: 1, Order: 'stop-first' },
    EndpointSpec: { Mode: 'vip', Ports: [] },
  };
}
