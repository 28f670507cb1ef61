// SPDX-License-Identifier: Apache-2.0

package main

import (
	"slices"
	"strings"
	"unicode"
)

// goType is a type by package and name. Packages are known by their usual names in imports, those of the API by their group.
type goType struct{ pkg, name string }

// Names of types are IronCore's where it has the same type: who knows its Go API knows this one. A definition has names for
// fields only. Types without an entry are named after their place.
var placed = map[string]goType{
	"Machine.spec.efiVars":                                                           {"compute", "EFIVar"},
	"Machine.spec.ignitionRef":                                                       {"common", "SecretKeySelector"},
	"Machine.spec.networkInterfaces":                                                 {"compute", "NetworkInterface"},
	"Machine.spec.networkInterfaces.ephemeral":                                       {"compute", "EphemeralNetworkInterfaceSource"},
	"Machine.spec.networkInterfaces.ephemeral.networkInterfaceTemplate":              {"networking", "NetworkInterfaceTemplateSpec"},
	"Machine.spec.power":                                                             {"compute", "Power"},
	"Machine.spec.tolerations":                                                       {"common", "Toleration"},
	"Machine.spec.tolerations.effect":                                                {"common", "TaintEffect"},
	"Machine.spec.tolerations.operator":                                              {"common", "TolerationOperator"},
	"Machine.spec.volumes":                                                           {"compute", "Volume"},
	"Machine.spec.volumes.emptyDisk":                                                 {"compute", "EmptyDiskVolumeSource"},
	"Machine.spec.volumes.ephemeral":                                                 {"compute", "EphemeralVolumeSource"},
	"Machine.spec.volumes.ephemeral.volumeTemplate":                                  {"compute", "VolumeTemplateSpec"},
	"Machine.spec.volumes.localDisk":                                                 {"compute", "LocalDiskVolumeSource"},
	"Machine.status.conditions":                                                      {"compute", "MachineCondition"},
	"Machine.status.conditions.status":                                               {"corev1", "ConditionStatus"},
	"Machine.status.conditions.type":                                                 {"compute", "MachineConditionType"},
	"Machine.status.networkInterfaces":                                               {"compute", "NetworkInterfaceStatus"},
	"Machine.status.networkInterfaces.state":                                         {"compute", "NetworkInterfaceState"},
	"Machine.status.volumes":                                                         {"compute", "VolumeStatus"},
	"Machine.status.volumes.state":                                                   {"compute", "VolumeState"},
	"Network.spec.incomingPeerings":                                                  {"networking", "NetworkPeeringClaimRef"},
	"Network.spec.peerings.prefixes":                                                 {"networking", "PeeringPrefix"},
	"Network.status.peerings":                                                        {"networking", "NetworkPeeringStatus"},
	"Network.status.peerings.prefixes":                                               {"networking", "PeeringPrefixStatus"},
	"Network.status.peerings.state":                                                  {"networking", "NetworkPeeringState"},
	"NetworkInterface.spec.ipFamilies":                                               {"corev1", "IPFamily"},
	"NetworkInterface.spec.ips":                                                      {"networking", "IPSource"},
	"NetworkInterface.spec.ips.ephemeral":                                            {"networking", "EphemeralPrefixSource"},
	"NetworkInterface.spec.ips.ephemeral.prefixTemplate":                             {"ipam", "PrefixTemplateSpec"},
	"NetworkInterface.spec.prefixes":                                                 {"networking", "PrefixSource"},
	"NetworkInterface.spec.virtualIP":                                                {"networking", "VirtualIPSource"},
	"NetworkInterface.spec.virtualIP.ephemeral":                                      {"networking", "EphemeralVirtualIPSource"},
	"NetworkInterface.spec.virtualIP.ephemeral.virtualIPTemplate":                    {"networking", "VirtualIPTemplateSpec"},
	"NetworkInterface.spec.virtualIP.ephemeral.virtualIPTemplate.spec":               {"networking", "EphemeralVirtualIPSpec"},
	"NetworkInterface.spec.virtualIP.ephemeral.virtualIPTemplate.spec.reclaimPolicy": {"networking", "ReclaimPolicyType"},
	"Prefix.spec.ipFamily":                                                           {"corev1", "IPFamily"},
	"VirtualIP.spec.ipFamily":                                                        {"corev1", "IPFamily"},
	"VirtualIP.spec.type":                                                            {"networking", "VirtualIPType"},
}

// part is a struct that is embedded in another one, with these fields.
type part struct {
	name, doc string
	fields    []string
}

// Parts of structs that are types of their own in IronCore's Go API.
var parts = map[goType]part{
	{"compute", "NetworkInterface"}: {
		"NetworkInterfaceSource", "where a machine has a network interface from: one of its fields is set.",
		[]string{"ephemeral", "networkInterfaceRef"},
	},
	{"compute", "Volume"}: {
		"VolumeSource", "where a machine has a volume from: one of its fields is set.",
		[]string{"emptyDisk", "ephemeral", "localDisk", "volumeRef"},
	},
	{"networking", "EphemeralVirtualIPSpec"}: {"VirtualIPSpec", "", []string{"ipFamily", "targetRef", "type"}},
}

// Types that exist, by their fields.
var existing = map[string]goType{
	"name": {"corev1", "LocalObjectReference"},
	"annotations,creationTimestamp,finalizers,generateName,labels,name,namespace": {"metav1", "ObjectMeta"},
	"matchExpressions,matchLabels":                                     {"metav1", "LabelSelector"},
	"lastTransitionTime,message,observedGeneration,reason,status,type": {"metav1", "Condition"},
}

// Types that are found in many places, by their fields, with what they are in all of them.
var common = map[string]struct {
	goType
	doc string
}{
	"name,uid": {goType{"common", "LocalUIDReference"}, "refers to an object of the same namespace, of this UID only."},
}

// byPlace is the name of a struct after where it stands, in the package of its kind.
func byPlace(group, path string) goType {
	words := strings.Split(path, ".")
	var name strings.Builder
	for at, word := range words {
		if at == len(words)-1 || (word != "spec" && word != "status") {
			name.WriteString(title(word))
		}
	}
	return goType{group, name.String()}
}

// Words that Go writes in its own way; where they end a name, the API does so as well.
var initials = map[string]string{"efi": "EFI", "ip": "IP", "ips": "IPs", "uid": "UID", "uuid": "UUID"}

// Names of fields that IronCore's Go API has otherwise.
var fieldNames = map[string]string{"incomingPeerings": "PeeringClaimRefs"}

// title is the Go name of a field.
func title(field string) string {
	if name, ok := fieldNames[field]; ok {
		return name
	}
	end := strings.IndexFunc(field, unicode.IsUpper)
	if end < 0 {
		end = len(field)
	}
	if word, ok := initials[field[:end]]; ok {
		return word + field[end:]
	}
	return strings.ToUpper(field[:1]) + field[1:]
}

// fieldsOf names a struct's fields.
func fieldsOf(schema *props) string {
	return strings.Join(sortedKeys(schema.Properties), ",")
}

func sortedKeys[V any](of map[string]V) []string {
	keys := make([]string, 0, len(of))
	for key := range of {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
