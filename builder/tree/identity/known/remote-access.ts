import type { Identity } from './identity.ts';

/** Keys by which a host is known to those who log in. */
export const remoteAccessIdentities: Identity[] = [
  {
    name: 'ssh',
    renewed: true,
    why: 'host keys: who has one can pose as every host',
    paths: ['etc/ssh/ssh_host_*'],
    firstBoot: {
      needs: ['usr/bin/ssh-keygen', 'usr/sbin/sshd'],
      makes: ['/etc/ssh/ssh_host_ed25519_key'],
      run: `keys=$(sed -n 's/^[[:space:]]*HostKey[[:space:]]\\{1,\\}//Ip' /etc/ssh/sshd_config /etc/ssh/sshd_config.d/*.conf 2>/dev/null) || :
        for key in $keys; do
          [ -s "$key" ] && continue
          type=\${key##*ssh_host_}
          rm -f "$key" "$key.pub"
          ssh-keygen -q -t "\${type%_key}" -N "" -C "" -f "$key"
        done
        [ -n "$keys" ] || [ -n "$(find /etc/ssh -name 'ssh_host_*_key' -size +0)" ] || ssh-keygen -A`,
    },
  },
  {
    name: 'dropbear',
    renewed: true,
    why: 'host keys: who has one can pose as every host',
    paths: ['etc/dropbear{,/initramfs,-initramfs}/dropbear_*_host_key'],
    firstBoot: {
      needs: ['usr/bin/dropbearkey', 'usr/sbin/dropbear'],
      makes: ['/etc/dropbear/dropbear_ed25519_host_key'],
      run: 'rm -f /etc/dropbear/dropbear_ed25519_host_key; dropbearkey -t ed25519 -f /etc/dropbear/dropbear_ed25519_host_key',
    },
  },
  {
    name: 'tinyssh',
    renewed: true,
    why: 'host keys: who has one can pose as every host',
    paths: ['etc/tinyssh/sshkeydir'],
    firstBoot: {
      needs: ['usr/sbin/tinysshd-makekey'],
      makes: ['/etc/tinyssh/sshkeydir/ed25519.pk'],
      run: 'rm -rf /etc/tinyssh/sshkeydir; tinysshd-makekey /etc/tinyssh/sshkeydir',
    },
  },
];
