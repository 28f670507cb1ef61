// SPDX-License-Identifier: Apache-2.0

package client_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"

	networkingv1alpha1 "github.com/ironcore-dev/ironcore-ni/clients/go/api/networking/v1alpha1"
	"github.com/ironcore-dev/ironcore-ni/clients/go/client-go/ironcore/versioned"
)

// ANCHOR: create
func create(ctx context.Context, client versioned.Interface, namespace string) error {
	nic := &networkingv1alpha1.NetworkInterface{
		ObjectMeta: metav1.ObjectMeta{Name: "example"},
		Spec: networkingv1alpha1.NetworkInterfaceSpec{
			NetworkRef: corev1.LocalObjectReference{Name: "net"},
			// ipFamilies may be left out: the webhook infers them.
			IPs: []networkingv1alpha1.IPSource{{Value: "10.0.0.1"}},
		},
	}
	_, err := client.NetworkingV1alpha1().NetworkInterfaces(namespace).Create(ctx, nic, metav1.CreateOptions{})
	return err
}

// ANCHOR_END: create

// ANCHOR: watch
// untilAvailable returns the interface once it has all that it asks for.
func untilAvailable(ctx context.Context, client versioned.Interface, namespace, name string) (*networkingv1alpha1.NetworkInterface, error) {
	one := metav1.ListOptions{FieldSelector: "metadata.name=" + name}
	watch, err := client.NetworkingV1alpha1().NetworkInterfaces(namespace).Watch(ctx, one)
	if err != nil {
		return nil, err
	}
	defer watch.Stop()
	last := "it was not seen"
	for event := range watch.ResultChan() {
		nic, ok := event.Object.(*networkingv1alpha1.NetworkInterface)
		if !ok {
			return nil, fmt.Errorf("the watch failed: %v", event.Object)
		}
		if nic.Status.State == networkingv1alpha1.NetworkInterfaceStateAvailable {
			return nic, nil
		}
		// Why it is not: a sentence that names the object in the way.
		if ready := meta.FindStatusCondition(nic.Status.Conditions, "Ready"); ready != nil {
			last = ready.Message
		}
	}
	return nil, errors.Join(ctx.Err(), errors.New(last))
}

// ANCHOR_END: watch

func TestACreatedInterfaceBecomesAvailableAndIsSeenByAWatch(t *testing.T) {
	ctx, client, namespace := start(t, rest.NoWarnings{})
	must(t, create(ctx, client, namespace))
	nic, err := untilAvailable(ctx, client, namespace, "example")
	must(t, err)
	if want := []corev1.IPFamily{corev1.IPv4Protocol}; !slices.Equal(nic.Spec.IPFamilies, want) {
		t.Errorf("ipFamilies are %v, not %v: the webhook did not fill them in", nic.Spec.IPFamilies, want)
	}
	if want := []string{"10.0.0.1"}; !slices.Equal(nic.Status.IPs, want) {
		t.Errorf("the status has the addresses %v, not %v", nic.Status.IPs, want)
	}
}

func TestFieldSelectorsSelect(t *testing.T) {
	ctx, client, namespace := start(t, rest.NoWarnings{})
	must(t, create(ctx, client, namespace))
	for network, want := range map[string]int{"net": 1, "other": 0} {
		selected := metav1.ListOptions{FieldSelector: "spec.networkRef.name=" + network}
		found, err := client.NetworkingV1alpha1().NetworkInterfaces(namespace).List(ctx, selected)
		must(t, err)
		if len(found.Items) != want {
			t.Errorf("%d interfaces are on %q, not %d", len(found.Items), network, want)
		}
	}
}
