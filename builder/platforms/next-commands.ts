import { basename, resolve } from 'node:path';
import type { Arch } from '../../protocol/schema/schema.ts';
import type { PlatformName } from './platforms.ts';

const gibibyte = 1024 ** 3;
const vhdFooter = 512;

/** A disk that was just written. */
export interface WrittenDisk {
  /** Its path as given. */
  file: string;
  /** A name for the image: lower-case letters, digits and hyphens. */
  image: string;
  arch: Arch;
  /** Bytes of the disk, not of the file. */
  size: number;
  hasBios: boolean;
}

type Commands = (disk: WrittenDisk & { gib: number; name: string }) => string[];

/** What to type next, in capitals what only the reader knows; not run by us, see docs/platforms.md. */
export function nextCommands(platform: PlatformName, disk: WrittenDisk): string[] {
  return commands[platform]({ ...disk, gib: Math.ceil(disk.size / gibibyte), name: basename(disk.file) });
}

const isArm = ({ arch }: { arch: Arch }) => arch === 'arm64';
const gnuArch = (disk: { arch: Arch }) => (isArm(disk) ? 'arm64' : 'x86_64');

const commands: Record<PlatformName, Commands> = {
  aws: (disk) => [
    `aws s3 cp ${disk.file} s3://BUCKET/${disk.name}`,
    `aws ec2 import-snapshot --disk-container 'Format=RAW,UserBucket={S3Bucket=BUCKET,S3Key=${disk.name}}'`,
    'aws ec2 describe-import-snapshot-tasks --import-task-ids TASK',
    `aws ec2 register-image --name ${disk.image} --architecture ${gnuArch(disk)} --virtualization-type hvm --boot-mode ${disk.hasBios && !isArm(disk) ? 'uefi-preferred' : 'uefi'} --ena-support --imds-support v2.0 --root-device-name /dev/xvda --block-device-mappings 'DeviceName=/dev/xvda,Ebs={SnapshotId=SNAPSHOT,VolumeType=gp3,VolumeSize=${disk.gib}}'`,
    `aws ec2 run-instances --image-id IMAGE --instance-type ${isArm(disk) ? 't4g.small' : 't3.small'} --subnet-id SUBNET`,
  ],
  azure: (disk) => [
    `az disk create --resource-group GROUP --name ${disk.image} --location LOCATION --os-type Linux --hyper-v-generation V2 --architecture ${isArm(disk) ? 'Arm64' : 'x64'} --upload-type Upload --upload-size-bytes ${disk.size + vhdFooter}`,
    `az disk grant-access --resource-group GROUP --name ${disk.image} --access-level Write --duration-in-seconds 86400`,
    `azcopy copy ${disk.file} 'ACCESS_SAS' --blob-type PageBlob`,
    `az disk revoke-access --resource-group GROUP --name ${disk.image}`,
    `az vm create --resource-group GROUP --name HOST --attach-os-disk ${disk.image} --os-type Linux`,
  ],
  digitalocean: (disk) => [
    `doctl compute image create ${disk.image} --region REGION --image-url https://YOUR.SERVER/${disk.name}`,
    'doctl compute droplet create HOST --image IMAGE_ID --region REGION --size s-1vcpu-1gb --ssh-keys KEY',
  ],
  gce: (disk) => [
    `gcloud storage cp ${disk.file} gs://BUCKET/${disk.name}`,
    `gcloud compute images create ${disk.image} --source-uri=gs://BUCKET/${disk.name} --architecture=${gnuArch(disk).toUpperCase()} --guest-os-features=UEFI_COMPATIBLE,GVNIC,VIRTIO_SCSI_MULTIQUEUE`,
    `gcloud compute instances create HOST --zone=ZONE --image=${disk.image} --machine-type=${isArm(disk) ? 't2a-standard-1' : 'e2-small'} --network-interface=nic-type=GVNIC`,
  ],
  hetzner: (disk) => [
    `hcloud-upload-image upload --image-path ${disk.file} --compression zstd --architecture ${isArm(disk) ? 'arm' : 'x86'} --description ${disk.image}`,
    `hcloud server create --name HOST --image IMAGE_ID --type ${isArm(disk) ? 'cax11' : 'cx23'}`,
  ],
  libvirt: (disk) => [
    `cp ${disk.file} /var/lib/libvirt/images/HOST.qcow2`,
    `virt-install --import --name HOST --memory 2048${isArm(disk) ? ' --arch aarch64' : ''} --osinfo linux2022 --disk /var/lib/libvirt/images/HOST.qcow2,bus=virtio --network network=default,model=virtio --boot firmware=efi,firmware.feature0.name=secure-boot,firmware.feature0.enabled=no --graphics none --noautoconsole`,
  ],
  metal: (disk) => [
    'lsblk -o NAME,SIZE,MODEL,SERIAL',
    `dd if=${disk.file} of=/dev/DISK bs=4M oflag=direct conv=fsync status=progress`,
  ],
  openstack: (disk) => [
    `openstack image create ${disk.image} --file ${disk.file} --disk-format qcow2 --container-format bare --min-disk ${disk.gib} --property hw_firmware_type=uefi --property hw_machine_type=${isArm(disk) ? 'virt' : 'q35'} --property hw_disk_bus=virtio --property hw_vif_model=virtio`,
    `openstack server create HOST --image ${disk.image} --flavor FLAVOR --network NETWORK`,
  ],
  proxmox: (disk) => [
    `qm create ID --name HOST --ostype l26 --memory 2048 --machine q35 --bios ovmf --efidisk0 STORAGE:1,efitype=4m,pre-enrolled-keys=0 --scsihw virtio-scsi-single --net0 virtio,bridge=vmbr0 --serial0 socket`,
    `qm set ID --scsi0 STORAGE:0,import-from=${resolve(disk.file)},discard=on --boot order=scsi0`,
    'qm start ID',
  ],
  virtualbox: (disk) => [
    `VBoxManage clonemedium disk ${disk.file} HOST.vdi`,
    'VBoxManage createvm --name HOST --ostype Debian_64 --register',
    'VBoxManage modifyvm HOST --memory 2048 --firmware efi --nic1 nat --nictype1 virtio',
    'VBoxManage storagectl HOST --name SATA --add sata --controller IntelAhci',
    'VBoxManage storageattach HOST --storagectl SATA --port 0 --device 0 --type hdd --medium HOST.vdi',
    'VBoxManage startvm HOST --type headless',
  ],
  vmware: (disk) => [
    `govc import.spec ${disk.file} > HOST.json`,
    `govc import.ova -name=HOST -options=HOST.json ${disk.file}`,
    'govc vm.power -on HOST',
  ],
};
