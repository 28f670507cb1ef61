// SPDX-License-Identifier: Apache-2.0

package client_test

import (
	"context"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"

	computev1alpha1 "github.com/ironcore-dev/ironcore-ni/clients/go/api/compute/v1alpha1"
	computeac "github.com/ironcore-dev/ironcore-ni/clients/go/client-go/applyconfigurations/compute/v1alpha1"
	networkingac "github.com/ironcore-dev/ironcore-ni/clients/go/client-go/applyconfigurations/networking/v1alpha1"
	"github.com/ironcore-dev/ironcore-ni/clients/go/client-go/ironcore/versioned"
	"github.com/ironcore-dev/ironcore-ni/clients/go/client-go/ironcore/versioned/fake"
)

// ANCHOR: apply
// apply says what owner wants of a machine, and no more: what others want of it stays.
func apply(ctx context.Context, client versioned.Interface, namespace, owner string, spec *computeac.MachineSpecApplyConfiguration) error {
	machine := computeac.Machine("example", namespace).
		WithSpec(spec.WithMachineClassRef(corev1.LocalObjectReference{Name: "class"}))
	_, err := client.ComputeV1alpha1().Machines(namespace).Apply(ctx, machine, metav1.ApplyOptions{FieldManager: owner})
	return err
}

// on is an entry of networkInterfaces: lists of a machine are merged by name.
func on(name, network, address string) *computeac.NetworkInterfaceApplyConfiguration {
	spec := networkingac.NetworkInterfaceSpec().
		WithNetworkRef(corev1.LocalObjectReference{Name: network}).
		WithIPs(networkingac.IPSource().WithValue(address))
	return computeac.NetworkInterface().WithName(name).
		WithEphemeral(computeac.EphemeralNetworkInterfaceSource().
			WithNetworkInterfaceTemplate(networkingac.NetworkInterfaceTemplateSpec().WithSpec(spec)))
}

// ANCHOR_END: apply

func TestAppliedListsAreMergedByNameAndWhoLeavesTakesItsEntries(t *testing.T) {
	ctx, client, namespace := start(t, rest.NoWarnings{})
	must(t, apply(ctx, client, namespace, "machines", computeac.MachineSpec().
		WithPower(computev1alpha1.PowerOn).WithNetworkInterfaces(on("primary", "net", "10.0.0.1"))))
	must(t, apply(ctx, client, namespace, "backups", computeac.MachineSpec().
		WithNetworkInterfaces(on("backup", "net", "10.0.0.2"))))
	wantInterfaces(ctx, t, client, namespace, "primary", "backup")
	_, err := untilAvailable(ctx, client, namespace, "example-backup")
	must(t, err)
	must(t, apply(ctx, client, namespace, "backups", computeac.MachineSpec()))
	wantInterfaces(ctx, t, client, namespace, "primary")

	err = apply(ctx, client, namespace, "backups", computeac.MachineSpec().WithPower(computev1alpha1.PowerOff))
	if !apierrors.IsConflict(err) {
		t.Errorf("what another owner has set was changed, or failed for another reason: %v", err)
	}
}

func wantInterfaces(ctx context.Context, t *testing.T, client versioned.Interface, namespace string, want ...string) {
	t.Helper()
	machine, err := client.ComputeV1alpha1().Machines(namespace).Get(ctx, "example", metav1.GetOptions{})
	must(t, err)
	var have []string
	for _, entry := range machine.Spec.NetworkInterfaces {
		have = append(have, entry.Name)
	}
	if !slices.Equal(have, want) {
		t.Errorf("the machine's interfaces are %v, not %v", have, want)
	}
}

// ANCHOR: extract
// attach adds an interface to those that owner wants already: what is extracted is what owner has applied.
func attach(ctx context.Context, client versioned.Interface, namespace, owner string, entry *computeac.NetworkInterfaceApplyConfiguration) error {
	machines := client.ComputeV1alpha1().Machines(namespace)
	machine, err := machines.Get(ctx, "example", metav1.GetOptions{})
	if err != nil {
		return err
	}
	wanted, err := computeac.ExtractMachine(machine, owner)
	if err != nil {
		return err
	}
	wanted.Spec.WithNetworkInterfaces(entry)
	_, err = machines.Apply(ctx, wanted, metav1.ApplyOptions{FieldManager: owner})
	return err
}

// ANCHOR_END: extract

func TestWhatAnOwnerHasAppliedIsExtractedAndAddedTo(t *testing.T) {
	ctx, client, namespace := start(t, rest.NoWarnings{})
	for _, owner := range []string{"machines", "backups"} {
		must(t, apply(ctx, client, namespace, owner, computeac.MachineSpec().WithNetworkInterfaces(on(owner, "net", "10.0.0.1"))))
	}
	must(t, attach(ctx, client, namespace, "backups", on("second", "net", "10.0.0.2")))
	wantInterfaces(ctx, t, client, namespace, "machines", "backups", "second")

	machine, err := client.ComputeV1alpha1().Machines(namespace).Get(ctx, "example", metav1.GetOptions{})
	must(t, err)
	wanted, err := computeac.ExtractMachine(machine, "backups")
	must(t, err)
	var names []string
	for _, entry := range wanted.Spec.NetworkInterfaces {
		names = append(names, *entry.Name)
	}
	if want := []string{"backups", "second"}; !slices.Equal(names, want) {
		t.Errorf("of the interfaces %v were applied by \"backups\", not %v", names, want)
	}
}

func TestTheFakeClientsetMergesAppliedListsByName(t *testing.T) {
	client := fake.NewClientset()
	for _, owner := range []string{"machines", "backups"} {
		must(t, apply(t.Context(), client, "default", owner, computeac.MachineSpec().WithNetworkInterfaces(on(owner, "net", "10.0.0.1"))))
	}
	wantInterfaces(t.Context(), t, client, "default", "machines", "backups")
	must(t, apply(t.Context(), client, "default", "backups", computeac.MachineSpec()))
	wantInterfaces(t.Context(), t, client, "default", "machines")
}
