package client_test

import (
	"context"
	"slices"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"ironcore-ni/tests/go-client/api/v1alpha1"
)

// ANCHOR: apply
// apply says what owner wants of a machine, and no more: what others want of it stays.
func apply(ctx context.Context, c client.Client, namespace, owner string, spec map[string]any) error {
	machine := &unstructured.Unstructured{Object: map[string]any{
		"metadata": map[string]any{"namespace": namespace, "name": "example"},
		"spec":     spec,
	}}
	machine.SetGroupVersionKind(v1alpha1.ComputeGroupVersion.WithKind("Machine"))
	return c.Apply(ctx, client.ApplyConfigurationFromUnstructured(machine), client.FieldOwner(owner))
}

// on is an entry of networkInterfaces: lists of a machine are merged by name.
func on(name, network, address string) map[string]any {
	return map[string]any{"name": name, "ephemeral": map[string]any{
		"networkInterfaceTemplate": map[string]any{"spec": map[string]any{
			"networkRef": map[string]any{"name": network},
			"ips":        []any{map[string]any{"value": address}},
		}},
	}}
}

// ANCHOR_END: apply

func TestAppliedListsAreMergedByNameAndWhoLeavesTakesItsEntries(t *testing.T) {
	ctx, c, namespace := start(t, rest.NoWarnings{})
	class := map[string]any{"name": "class"}
	must(t, apply(ctx, c, namespace, "machines", map[string]any{
		"machineClassRef": class, "power": "On", "networkInterfaces": []any{on("primary", "net", "10.0.0.1")},
	}))
	must(t, apply(ctx, c, namespace, "backups", map[string]any{
		"machineClassRef": class, "networkInterfaces": []any{on("backup", "net", "10.0.0.2")},
	}))
	wantInterfaces(ctx, t, c, namespace, "primary", "backup")
	_, err := untilAvailable(ctx, c, namespace, "example-backup")
	must(t, err)
	must(t, apply(ctx, c, namespace, "backups", map[string]any{"machineClassRef": class}))
	wantInterfaces(ctx, t, c, namespace, "primary")

	err = apply(ctx, c, namespace, "backups", map[string]any{"machineClassRef": class, "power": "Off"})
	if !apierrors.IsConflict(err) {
		t.Errorf("what another owner has set was changed, or failed for another reason: %v", err)
	}
}

func wantInterfaces(ctx context.Context, t *testing.T, c client.Client, namespace string, want ...string) {
	t.Helper()
	var machine v1alpha1.Machine
	must(t, c.Get(ctx, client.ObjectKey{Namespace: namespace, Name: "example"}, &machine))
	var have []string
	for _, entry := range machine.Spec.NetworkInterfaces {
		have = append(have, entry.Name)
	}
	if !slices.Equal(have, want) {
		t.Errorf("the machine's interfaces are %v, not %v", have, want)
	}
}
