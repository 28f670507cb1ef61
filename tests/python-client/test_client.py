# SPDX-License-Identifier: Apache-2.0

"""A Python client of the kinds: what docs/clients.md shows, run against a real API server with the webhook and the
controller. `cargo xtask test --only python` brings them up."""

import json
import os
import subprocess
import sys
import unittest
from contextlib import closing

# ANCHOR: connect
from kubernetes import client, config
from kubernetes.dynamic import DynamicClient
from kubernetes.dynamic.exceptions import ConflictError, UnprocessibleEntityError


def connect():
    """Reads KUBECONFIG, and asks the API server for its kinds."""
    return DynamicClient(config.new_client_from_config())


def kind(kubernetes, group, name):
    """The resource of one of our kinds."""
    return kubernetes.resources.get(api_version=f"{group}.ironcore.dev/v1alpha1", kind=name)


def named(resource, name, spec):
    """An object, as it is sent."""
    return {
        "apiVersion": resource.group_version,
        "kind": resource.kind,
        "metadata": {"name": name},
        "spec": spec,
    }
# ANCHOR_END: connect


# ANCHOR: create
def create(interfaces, namespace):
    """An interface; ipFamilies may be left out, as the webhook infers them."""
    spec = {"networkRef": {"name": "net"}, "ips": [{"value": "10.0.0.1"}]}
    return interfaces.create(namespace=namespace, body=named(interfaces, "example", spec))
# ANCHOR_END: create


# ANCHOR: watch
def until_available(interfaces, namespace, name, seconds=60):
    """The interface once it has all that it asks for. A failure tells why it has not."""
    last = "it was not seen"
    for event in interfaces.watch(namespace=namespace, name=name, timeout=seconds):
        status = event["raw_object"].get("status", {})
        if status.get("state") == "Available":
            return event["raw_object"]
        for condition in status.get("conditions", []):
            if condition["type"] == "Ready":
                last = condition["message"]
    raise TimeoutError(f"{name} is not Available: {last}")
# ANCHOR_END: watch


# ANCHOR: apply
def apply(machines, namespace, owner, spec):
    """Says what owner wants of a machine, and no more: what others want of it stays."""
    body = named(machines, "example", {"machineClassRef": {"name": "class"}, **spec})
    return machines.server_side_apply(namespace=namespace, body=body, field_manager=owner)


def entry(name, address):
    """An entry of networkInterfaces: lists of a machine are merged by name."""
    spec = {"networkRef": {"name": "net"}, "ips": [{"value": address}]}
    return {"name": name, "ephemeral": {"networkInterfaceTemplate": {"spec": spec}}}
# ANCHOR_END: apply


# ANCHOR: causes
def causes(error):
    """What is wrong with an object that was refused: path and reason of each fault."""
    details = json.loads(error.body)["details"]
    return [(cause["field"], cause["reason"]) for cause in details["causes"]]
# ANCHOR_END: causes


class Client(unittest.TestCase):
    """Each test has a namespace of its own, with the Network `net`."""

    @classmethod
    def setUpClass(cls):
        if "KUBECONFIG" not in os.environ:
            raise RuntimeError("KUBECONFIG is not set: these tests need an API server, run `cargo xtask test --only python`")
        api = config.new_client_from_config()
        cls.enterClassContext(closing(api))
        cls.kubernetes = DynamicClient(api)
        cls.interfaces = kind(cls.kubernetes, "networking", "NetworkInterface")
        cls.machines = kind(cls.kubernetes, "compute", "Machine")

    def setUp(self):
        namespaces = self.kubernetes.resources.get(api_version="v1", kind="Namespace")
        self.namespace = namespaces.create(body={"metadata": {"generateName": "python-"}}).metadata.name
        networks = kind(self.kubernetes, "networking", "Network")
        networks.create(namespace=self.namespace, body=named(networks, "net", {}))

    def test_a_created_interface_becomes_available_and_is_seen_by_a_watch(self):
        created = create(self.interfaces, self.namespace)
        self.assertEqual(created.spec.ipFamilies, ["IPv4"], "the webhook fills them in")
        interface = until_available(self.interfaces, self.namespace, "example")
        self.assertEqual(interface["status"]["ips"], ["10.0.0.1"])

    def test_the_program_that_lists_shows_each_interface(self):
        create(self.interfaces, self.namespace)
        until_available(self.interfaces, self.namespace, "example")
        program = os.path.join(os.path.dirname(__file__), "list_interfaces.py")
        shown = subprocess.run([sys.executable, program], check=True, capture_output=True, text=True).stdout
        self.assertIn(f"{self.namespace} example Available ['10.0.0.1']\n", shown)

    def test_applied_lists_are_merged_by_name_and_who_leaves_takes_its_entries(self):
        apply(self.machines, self.namespace, "machines", {"power": "On", "networkInterfaces": [entry("primary", "10.0.0.1")]})
        both = apply(self.machines, self.namespace, "backups", {"networkInterfaces": [entry("backup", "10.0.0.2")]})
        self.assertEqual([one.name for one in both.spec.networkInterfaces], ["primary", "backup"])
        until_available(self.interfaces, self.namespace, "example-backup")
        one = apply(self.machines, self.namespace, "backups", {})
        self.assertEqual([one.name for one in one.spec.networkInterfaces], ["primary"])
        with self.assertRaises(ConflictError):
            apply(self.machines, self.namespace, "backups", {"power": "Off"})

    def test_a_refusal_names_every_fault(self):
        spec = {
            "networkRef": {},
            "ipFamilies": ["IPv4", "IPv6"],
            "ips": [{"value": "10.0.0.256"}, {"value": "10.0.0.2"}],
            "prefixes": [{}],
        }
        with self.assertRaises(UnprocessibleEntityError) as refused:
            self.interfaces.create(namespace=self.namespace, body=named(self.interfaces, "faulty", spec))
        self.assertEqual(
            causes(refused.exception),
            [
                ("spec.networkRef.name", "FieldValueRequired"),
                ("spec.ips[0].value", "FieldValueInvalid"),
                ("spec.ips[1].value", "FieldValueInvalid"),
                ("spec.prefixes[0]", "FieldValueRequired"),
            ],
        )


if __name__ == "__main__":
    unittest.main()
