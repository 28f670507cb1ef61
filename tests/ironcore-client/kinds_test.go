// SPDX-License-Identifier: Apache-2.0

package ironcore_test

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	common "github.com/ironcore-dev/ironcore/api/common/v1alpha1"
	compute "github.com/ironcore-dev/ironcore/api/compute/v1alpha1"
	core "github.com/ironcore-dev/ironcore/api/core/v1alpha1"
	ipam "github.com/ironcore-dev/ironcore/api/ipam/v1alpha1"
	networking "github.com/ironcore-dev/ironcore/api/networking/v1alpha1"
	storage "github.com/ironcore-dev/ironcore/api/storage/v1alpha1"
)

// What is sent in the tests: all that IronCore's types have of a kind, where it can be had at the same time.

func meta(name string) metav1.ObjectMeta {
	// Else the controller would put the status right.
	return metav1.ObjectMeta{Name: name, Annotations: map[string]string{common.ManagedByAnnotation: "test"}}
}

var (
	moment   = &metav1.Time{Time: time.Date(2025, 1, 13, 11, 39, 17, 0, time.UTC)}
	selector = &metav1.LabelSelector{MatchLabels: map[string]string{"a": "b"}}
	labelled = metav1.ObjectMeta{Labels: map[string]string{"a": "b"}}
)

func prefixTemplate(family corev1.IPFamily, length int32) *networking.EphemeralPrefixSource {
	return &networking.EphemeralPrefixSource{PrefixTemplate: &ipam.PrefixTemplateSpec{
		ObjectMeta: labelled,
		Spec:       ipam.PrefixSpec{IPFamily: family, PrefixLength: length, ParentSelector: selector},
	}}
}

func interfaceSpec() networking.NetworkInterfaceSpec {
	return networking.NetworkInterfaceSpec{
		NetworkRef: corev1.LocalObjectReference{Name: "net"},
		IPFamilies: []corev1.IPFamily{corev1.IPv4Protocol, corev1.IPv6Protocol},
		IPs: []networking.IPSource{
			{Value: common.MustParseNewIP("10.0.0.1")},
			{Ephemeral: prefixTemplate(corev1.IPv6Protocol, 128)},
		},
		Prefixes: []networking.PrefixSource{
			{Value: common.MustParseNewIPPrefix("10.1.0.0/16")},
			{Ephemeral: prefixTemplate(corev1.IPv4Protocol, 24)},
		},
		VirtualIP: &networking.VirtualIPSource{Ephemeral: &networking.EphemeralVirtualIPSource{
			VirtualIPTemplate: &networking.VirtualIPTemplateSpec{
				ObjectMeta: labelled,
				Spec: networking.EphemeralVirtualIPSpec{
					VirtualIPSpec: networking.VirtualIPSpec{Type: networking.VirtualIPTypePublic, IPFamily: corev1.IPv4Protocol},
					ReclaimPolicy: networking.ReclaimPolicyTypeRetain,
				},
			},
		}},
		Attributes: map[string]string{"key": "value"},
	}
}

func networkInterface() *networking.NetworkInterface {
	nic := &networking.NetworkInterface{
		ObjectMeta: meta("nic"),
		Spec:       interfaceSpec(),
		Status: networking.NetworkInterfaceStatus{
			State:                   networking.NetworkInterfaceStateAvailable,
			LastStateTransitionTime: moment,
			IPs:                     common.MustParseIPs("10.0.0.1", "2001:db8::1"),
			Prefixes:                []common.IPPrefix{common.MustParseIPPrefix("10.1.0.0/16")},
			VirtualIP:               common.MustParseNewIP("203.0.113.1"),
		},
	}
	nic.Spec.ProviderID = "provider://nic"
	nic.Spec.MachineRef = &common.LocalUIDReference{Name: "machine", UID: "5b1c"}
	return nic
}

func network() *networking.Network {
	return &networking.Network{
		ObjectMeta: meta("net"),
		Spec: networking.NetworkSpec{
			ProviderID: "provider://net",
			Peerings: []networking.NetworkPeering{{
				Name:       "a",
				NetworkRef: networking.NetworkPeeringNetworkRef{Namespace: "other", Name: "net"},
				Prefixes: []networking.PeeringPrefix{
					{Name: "p", Prefix: common.MustParseNewIPPrefix("10.0.0.0/8")},
					{Name: "q", PrefixRef: corev1.LocalObjectReference{Name: "prefix"}},
				},
			}},
			PeeringClaimRefs: []networking.NetworkPeeringClaimRef{{Namespace: "other", Name: "net", UID: "5b1c"}},
		},
		Status: networking.NetworkStatus{
			State: networking.NetworkStateAvailable,
			Peerings: []networking.NetworkPeeringStatus{{
				Name:  "a",
				State: networking.NetworkPeeringStateReady,
				Prefixes: []networking.PeeringPrefixStatus{
					{Name: "p", Prefix: common.MustParseNewIPPrefix("10.0.0.0/8")},
				},
			}},
		},
	}
}

func virtualIP() *networking.VirtualIP {
	return &networking.VirtualIP{
		ObjectMeta: meta("vip"),
		Spec: networking.VirtualIPSpec{
			Type: networking.VirtualIPTypePublic, IPFamily: corev1.IPv6Protocol,
			TargetRef: &common.LocalUIDReference{Name: "nic", UID: "5b1c"},
		},
		Status: networking.VirtualIPStatus{IP: common.MustParseNewIP("2001:db8::1")},
	}
}

func prefix() *ipam.Prefix {
	return &ipam.Prefix{
		ObjectMeta: meta("prefix"),
		Spec: ipam.PrefixSpec{
			IPFamily: corev1.IPv4Protocol, Prefix: common.MustParseNewIPPrefix("10.0.0.0/8"), PrefixLength: 8,
			ParentRef: &corev1.LocalObjectReference{Name: "parent"}, ParentSelector: selector,
		},
		Status: ipam.PrefixStatus{
			Phase: ipam.PrefixPhaseAllocated, LastPhaseTransitionTime: moment,
			Used: []common.IPPrefix{common.MustParseIPPrefix("10.0.0.0/9")},
		},
	}
}

func machine() *compute.Machine {
	size, device := resource.MustParse("10Gi"), func(name string) *string { return &name }
	return &compute.Machine{
		ObjectMeta: meta("machine"),
		Spec: compute.MachineSpec{
			MachineClassRef:     corev1.LocalObjectReference{Name: "class"},
			MachinePoolSelector: map[string]string{"a": "b"},
			MachinePoolRef:      &corev1.LocalObjectReference{Name: "pool"},
			Power:               compute.PowerOff,
			NetworkInterfaces: []compute.NetworkInterface{
				{Name: "existing", NetworkInterfaceSource: compute.NetworkInterfaceSource{
					NetworkInterfaceRef: &corev1.LocalObjectReference{Name: "nic"},
				}},
				{Name: "ephemeral", NetworkInterfaceSource: compute.NetworkInterfaceSource{
					Ephemeral: &compute.EphemeralNetworkInterfaceSource{
						NetworkInterfaceTemplate: &networking.NetworkInterfaceTemplateSpec{ObjectMeta: labelled, Spec: interfaceSpec()},
					},
				}},
			},
			Volumes: []compute.Volume{
				{Name: "referenced", Device: device("oda"), VolumeSource: compute.VolumeSource{
					VolumeRef: &corev1.LocalObjectReference{Name: "volume"},
				}},
				{Name: "empty", Device: device("odb"), VolumeSource: compute.VolumeSource{
					EmptyDisk: &compute.EmptyDiskVolumeSource{SizeLimit: &size},
				}},
				{Name: "local", Device: device("odc"), VolumeSource: compute.VolumeSource{
					LocalDisk: &compute.LocalDiskVolumeSource{SizeLimit: &size, Image: "image"},
				}},
				{Name: "ephemeral", Device: device("odd"), VolumeSource: compute.VolumeSource{
					Ephemeral: &compute.EphemeralVolumeSource{VolumeTemplate: &storage.VolumeTemplateSpec{
						ObjectMeta: labelled,
						Spec: storage.VolumeSpec{
							VolumeClassRef: &corev1.LocalObjectReference{Name: "class"},
							Resources:      core.ResourceList{core.ResourceStorage: size},
						},
					}},
				}},
			},
			IgnitionRef: &common.SecretKeySelector{Name: "secret", Key: "ignition"},
			EFIVars:     []compute.EFIVar{{Name: "e", UUID: "u", Value: "v"}},
			Tolerations: []common.Toleration{{
				Key: "k", Operator: common.TolerationOpEqual, Value: "v", Effect: common.TaintEffectNoSchedule,
			}},
			GuestConfig: &compute.MachineGuestConfig{Hostname: "host"},
		},
		Status: compute.MachineStatus{
			MachineID: "machine://1", ObservedGeneration: 1, State: compute.MachineStateRunning,
			Conditions: []compute.MachineCondition{{
				Type: "Ready", Status: corev1.ConditionTrue, Reason: "r", Message: "m", LastTransitionTime: *moment,
			}},
			NetworkInterfaces: []compute.NetworkInterfaceStatus{{
				Name: "existing", Handle: "h", State: compute.NetworkInterfaceStateAttached, LastStateTransitionTime: moment,
				NetworkInterfaceRef: corev1.LocalObjectReference{Name: "nic"},
			}},
			Volumes: []compute.VolumeStatus{{
				Name: "referenced", Handle: "h", State: compute.VolumeStateAttached, LastStateTransitionTime: moment,
				VolumeRef: corev1.LocalObjectReference{Name: "volume"},
			}},
		},
	}
}
