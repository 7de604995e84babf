/** What a network device does, whichever document it was described in; `network-files.ts` turns it into networkd's files. */
export interface LinkPlan {
  /** The document's name for it; bonds, bridges and VLANs are created with this name. */
  name: string;
  match: { mac?: string; name?: string; driver?: string };
  /** The name that the device gets. */
  setName?: string;
  mtu?: number;
  /** A device that is created with another MAC address than its own. */
  mac?: string;
  dhcp4: boolean;
  dhcp6: boolean;
  acceptRa?: boolean;
  dhcp4Overrides: DhcpOverrides;
  dhcp6Overrides: DhcpOverrides;
  /** With their prefix length, as `10.0.0.2/24`. */
  addresses: string[];
  routes: RoutePlan[];
  dns: string[];
  search: string[];
  /** The boot does not wait for it. */
  optional?: boolean;
  wakeOnLan?: boolean;
  bond?: BondPlan;
  bridge?: BridgePlan;
  vlan?: { id: number; link: string };
}

/** What is taken from a DHCP answer; everything unless it says no. */
export interface DhcpOverrides {
  useDns?: boolean;
  useDomains?: boolean | 'route';
  useHostname?: boolean;
  useMtu?: boolean;
  useNtp?: boolean;
  useRoutes?: boolean;
  sendHostname?: boolean;
  hostname?: string;
  routeMetric?: number;
}

/** One route; `to` with its prefix length. */
export interface RoutePlan {
  to: string;
  via?: string;
  metric?: number;
  onLink?: boolean;
  table?: number;
  mtu?: number;
}

/** A bond and its members, by the names of their plans. */
export interface BondPlan {
  members: string[];
  mode: string;
  /** Keys of networkd's `[Bond]` section. */
  options: Record<string, string>;
}

/** A bridge and its members, by the names of their plans. */
export interface BridgePlan {
  members: string[];
  /** Keys of networkd's `[Bridge]` section. */
  options: Record<string, string>;
}

/** A host's network as its user-data describes it. */
export interface NetworkPlan {
  links: LinkPlan[];
  /** Name servers of the whole host: every link without its own gets them. */
  dns: string[];
  search: string[];
}
