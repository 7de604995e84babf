/** What this machine's firmware says of it: `/sys/class/dmi/id`, empty where it says nothing. */
export interface Machine {
  sysVendor: string;
  productName: string;
  productSerial: string;
  /** Lower case. */
  productUuid: string;
  chassisAssetTag: string;
  biosVendor: string;
  biosVersion: string;
}
