"""Runs in a Debian of its own: applies each document of a JSON list by cloud-init's own modules, and prints what there is then."""

import base64, json, logging, os, shutil, stat, subprocess, sys

from cloudinit import cloud, distros, helpers, settings, util
from cloudinit.config import cc_users_groups, cc_write_files, cc_write_files_deferred

logging.disable(logging.CRITICAL)
accounts, documents = json.load(sys.stdin)
TREES = ["/home", "/srv", "/etc/oracle"]


class Source:
    def get_public_ssh_keys(self):
        return []


def reset():
    for name, text in accounts.items():
        with open("/etc/" + name, "w") as file:
            file.write(text)
    for path in TREES + ["/etc/sudoers.d"]:
        shutil.rmtree(path, ignore_errors=True)
        os.makedirs(path)


def lines(path):
    with open(path) as file:
        return [line.rstrip("\n") for line in file if line.strip()]


def files():
    found = []
    for tree in TREES:
        for folder, folders, names in os.walk(tree):
            for name in folders + names:
                path = os.path.join(folder, name)
                facts = os.lstat(path)
                content = None
                if stat.S_ISREG(facts.st_mode):
                    with open(path, "rb") as file:
                        content = base64.b64encode(file.read()).decode()
                found.append([path, stat.S_IMODE(facts.st_mode), facts.st_uid, facts.st_gid, content])
    return sorted(found)


def sudoers():
    found = []
    for name in os.listdir("/etc/sudoers.d"):
        found += [line for line in lines("/etc/sudoers.d/" + name) if not line.startswith("#")]
    return sorted(found)


def apply(text):
    reset()
    config = util.load_yaml(text) or {}
    paths = helpers.Paths({"cloud_dir": "/tmp/cloud", "run_dir": "/tmp/run"})
    distro = distros.fetch("debian")("debian", {**settings.CFG_BUILTIN["system_info"], "ssh_svcname": "ssh"}, paths)
    one = cloud.Cloud(Source(), paths, config, distro, None)
    problems = []
    for name, module in [("users_groups", cc_users_groups), ("write_files", cc_write_files), ("deferred", cc_write_files_deferred)]:
        try:
            module.handle(name, config, one, [])
        except Exception as error:
            problems.append("%s: %s" % (name, error))
    return {
        "files": files(),
        "sudoers": sudoers(),
        "accounts": {name: lines("/etc/" + name) for name in accounts},
        "problems": problems,
    }


out = []
for document in documents:
    out.append(apply(document))
json.dump(out, sys.stdout)
