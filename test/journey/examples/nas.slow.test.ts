import { expect, test } from 'vitest';
import { tryExample } from './try-example.ts';

const seconds = 300;

test('the file server gives its share by NFS and by Samba', async () => {
  await tryExample({
    name: 'nas',
    more: 'smbclient',
    async use(vm) {
      await vm.run('echo "shared by $(uname -n)" >/srv/shared/hello; mkdir -p /run/mounted');
      await vm.run('mount -t nfs4 localhost:/ /run/mounted', seconds);
      expect(await vm.run('cat /run/mounted/hello; umount /run/mounted', seconds)).toContain('shared by');
      expect(await vm.run('testparm -s 2>/dev/null | grep "path ="', seconds)).toContain('/srv/shared');
      // port 445, listening
      expect(await vm.run('cat /proc/net/tcp /proc/net/tcp6')).toMatch(/:01BD \S+ 0A /);
      const client = await vm.try("smbclient -N //localhost/shared -c 'get hello -'", seconds);
      if (client.status !== 127) expect(client.output).toContain('shared by');
      expect(await vm.run('stat -c "%a %U" /var/lib/samba/private')).toBe('755 root\n');
      expect(await vm.run('cat /etc/mdadm/mdadm.conf')).not.toMatch(/^ARRAY/m);
    },
  });
}, 7_200_000);
