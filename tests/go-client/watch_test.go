package client_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"ironcore-ni/tests/go-client/api/v1alpha1"
)

// ANCHOR: create
func create(ctx context.Context, c client.Client, namespace string) error {
	return c.Create(ctx, &v1alpha1.NetworkInterface{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "example"},
		Spec: v1alpha1.NetworkInterfaceSpec{
			NetworkRef: v1alpha1.LocalRef{Name: "net"},
			// ipFamilies may be left out: the webhook infers them.
			IPs: []v1alpha1.NetworkInterfaceIP{{Value: "10.0.0.1"}},
		},
	})
}

// ANCHOR_END: create

// ANCHOR: watch
// untilAvailable returns the interface once it has all that it asks for.
func untilAvailable(ctx context.Context, c client.WithWatch, namespace, name string) (*v1alpha1.NetworkInterface, error) {
	one := fields.OneTermEqualSelector("metadata.name", name)
	watch, err := c.Watch(ctx, &v1alpha1.NetworkInterfaceList{}, client.InNamespace(namespace),
		client.MatchingFieldsSelector{Selector: one})
	if err != nil {
		return nil, err
	}
	defer watch.Stop()
	last := "it was not seen"
	for event := range watch.ResultChan() {
		nic, ok := event.Object.(*v1alpha1.NetworkInterface)
		if !ok {
			return nil, fmt.Errorf("the watch failed: %v", event.Object)
		}
		if nic.Status.State == v1alpha1.NetworkInterfaceStatusStateAvailable {
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
	ctx, c, namespace := start(t, rest.NoWarnings{})
	must(t, create(ctx, c, namespace))
	nic, err := untilAvailable(ctx, c, namespace, "example")
	must(t, err)
	if want := []string{"IPv4"}; !slices.Equal(nic.Spec.IPFamilies, want) {
		t.Errorf("ipFamilies are %v, not %v: the webhook did not fill them in", nic.Spec.IPFamilies, want)
	}
	if want := []string{"10.0.0.1"}; !slices.Equal(nic.Status.IPs, want) {
		t.Errorf("the status has the addresses %v, not %v", nic.Status.IPs, want)
	}
}

func TestFieldSelectorsSelect(t *testing.T) {
	ctx, c, namespace := start(t, rest.NoWarnings{})
	must(t, create(ctx, c, namespace))
	for selector, want := range map[string]int{"net": 1, "other": 0} {
		var found v1alpha1.NetworkInterfaceList
		must(t, c.List(ctx, &found, client.InNamespace(namespace), client.MatchingFields{"spec.networkRef.name": selector}))
		if len(found.Items) != want {
			t.Errorf("%d interfaces are on %q, not %d", len(found.Items), selector, want)
		}
	}
}
