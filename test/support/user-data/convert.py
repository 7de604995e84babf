"""Reads a list of network configurations from standard input and writes the files that cloud-init's networkd renderer makes of each."""
import json
import logging
import sys

from cloudinit.net import network_state, networkd

logging.disable(logging.CRITICAL)
made = []
for config in json.load(sys.stdin):
    state = network_state.parse_net_config_data(config)
    made.append(networkd.Renderer({})._render_content(state))
json.dump(made, sys.stdout)
