// SPDX-License-Identifier: Apache-2.0

package ironcore_test

import (
	"context"
	"encoding/json"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	common "github.com/ironcore-dev/ironcore/api/common/v1alpha1"
	networking "github.com/ironcore-dev/ironcore/api/networking/v1alpha1"

	computev1alpha1 "github.com/ironcore-dev/ironcore-ni/clients/go/api/compute/v1alpha1"
	ipamv1alpha1 "github.com/ironcore-dev/ironcore-ni/clients/go/api/ipam/v1alpha1"
	networkingv1alpha1 "github.com/ironcore-dev/ironcore-ni/clients/go/api/networking/v1alpha1"
)

func TestIronCoresClientReadsWhatItSentAndSoDoesOurs(t *testing.T) {
	ctx, c := start(t)
	networks, ours := c.theirs.NetworkingV1alpha1(), c.ours.NetworkingV1alpha1()
	exchange(ctx, t, networks.Networks(c.namespace), ours.Networks(c.namespace), network, new(networkingv1alpha1.Network))
	exchange(ctx, t, networks.NetworkInterfaces(c.namespace), ours.NetworkInterfaces(c.namespace), networkInterface, new(networkingv1alpha1.NetworkInterface))
	exchange(ctx, t, networks.VirtualIPs(c.namespace), ours.VirtualIPs(c.namespace), virtualIP, new(networkingv1alpha1.VirtualIP))
	exchange(ctx, t, c.theirs.IpamV1alpha1().Prefixes(c.namespace), c.ours.IpamV1alpha1().Prefixes(c.namespace), prefix, new(ipamv1alpha1.Prefix))
	exchange(ctx, t, c.theirs.ComputeV1alpha1().Machines(c.namespace), c.ours.ComputeV1alpha1().Machines(c.namespace), machine, new(computev1alpha1.Machine))
}

// exchange sends an object by their client, and the same by ours, and reads both by the other.
func exchange[Theirs, Ours metav1.Object](ctx context.Context, t *testing.T, theirs api[Theirs], ours api[Ours], object func() Theirs, same Ours) {
	t.Helper()
	sent := object()
	write(ctx, t, theirs, object())
	wantSame(t, sent.GetName()+", sent and read by theirs:", read(ctx, t, theirs, sent.GetName()), sent)
	wantSame(t, sent.GetName()+", sent by theirs and read by ours:", read(ctx, t, ours, sent.GetName()), sent)

	text, err := json.Marshal(sent)
	must(t, err)
	must(t, json.Unmarshal(text, same))
	same.SetName("our-" + sent.GetName())
	write(ctx, t, ours, same)
	wantSame(t, sent.GetName()+", sent by ours and read by theirs:", read(ctx, t, theirs, same.GetName()), sent)
}

func TestIronCoresClientSeesAnInterfaceBecomeAvailable(t *testing.T) {
	ctx, c := start(t)
	networks, interfaces := c.theirs.NetworkingV1alpha1().Networks(c.namespace), c.theirs.NetworkingV1alpha1().NetworkInterfaces(c.namespace)
	_, err := networks.Create(ctx, &networking.Network{ObjectMeta: metav1.ObjectMeta{Name: "net"}}, metav1.CreateOptions{})
	must(t, err)
	nic := &networking.NetworkInterface{
		ObjectMeta: metav1.ObjectMeta{Name: "nic"},
		Spec: networking.NetworkInterfaceSpec{
			NetworkRef: corev1.LocalObjectReference{Name: "net"},
			// Its families are sent as null.
			IPs: []networking.IPSource{{Value: common.MustParseNewIP("10.0.0.1")}},
		},
	}
	_, err = interfaces.Create(ctx, nic, metav1.CreateOptions{})
	must(t, err)
	watch, err := interfaces.Watch(ctx, metav1.ListOptions{FieldSelector: "metadata.name=nic"})
	must(t, err)
	defer watch.Stop()
	for event := range watch.ResultChan() {
		nic, ok := event.Object.(*networking.NetworkInterface)
		if !ok {
			t.Fatalf("the watch failed: %v", event.Object)
		}
		if nic.Status.State == networking.NetworkInterfaceStateAvailable {
			if have := nic.Status.IPs; len(have) != 1 || have[0] != common.MustParseIP("10.0.0.1") {
				t.Errorf("the status has the addresses %v", have)
			}
			return
		}
	}
	t.Error("the watch ended before the interface was available")
}
