# SPDX-License-Identifier: Apache-2.0

# ANCHOR: list
"""Shows the interfaces of all namespaces."""

from kubernetes import config
from kubernetes.dynamic import DynamicClient

client = DynamicClient(config.new_client_from_config())
interfaces = client.resources.get(api_version="networking.ironcore.dev/v1alpha1", kind="NetworkInterface")
for nic in interfaces.get().items:
    print(nic.metadata.namespace, nic.metadata.name, nic.status.state, nic.status.ips)
# ANCHOR_END: list
