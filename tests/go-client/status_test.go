// SPDX-License-Identifier: Apache-2.0

package client_test

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"

	computev1alpha1 "github.com/ironcore-dev/ironcore-ni/clients/go/api/compute/v1alpha1"
	computeac "github.com/ironcore-dev/ironcore-ni/clients/go/client-go/applyconfigurations/compute/v1alpha1"
)

// As the machine pool's agent does, which owns it.
func TestTheStatusOfAMachineIsWrittenByItself(t *testing.T) {
	ctx, client, namespace := start(t, rest.NoWarnings{})
	machines := client.ComputeV1alpha1().Machines(namespace)
	created, err := machines.Create(ctx, &computev1alpha1.Machine{
		ObjectMeta: metav1.ObjectMeta{Name: "example"},
		Spec:       computev1alpha1.MachineSpec{MachineClassRef: corev1.LocalObjectReference{Name: "class"}},
	}, metav1.CreateOptions{})
	must(t, err)
	if created.Spec.Power != computev1alpha1.PowerOn || created.Status.State != computev1alpha1.MachineStatePending {
		t.Errorf("a new machine is %q and %q, not as the defaults have it", created.Spec.Power, created.Status.State)
	}

	running := created.DeepCopy()
	running.Spec.Power = computev1alpha1.PowerOff
	running.Status.State = computev1alpha1.MachineStateRunning
	updated, err := machines.UpdateStatus(ctx, running, metav1.UpdateOptions{})
	must(t, err)
	if updated.Status.State != computev1alpha1.MachineStateRunning || updated.Spec.Power != computev1alpha1.PowerOn {
		t.Errorf("an update of the status left the machine %q and %q", updated.Status.State, updated.Spec.Power)
	}
	if _, err = machines.UpdateStatus(ctx, created, metav1.UpdateOptions{}); !apierrors.IsConflict(err) {
		t.Errorf("an update of an old version was taken, or failed for another reason: %v", err)
	}

	attached := computeac.NetworkInterfaceStatus().WithName("primary").
		WithState(computev1alpha1.NetworkInterfaceStateAttached)
	status := computeac.Machine("example", namespace).WithStatus(computeac.MachineStatus().WithNetworkInterfaces(attached))
	_, err = machines.ApplyStatus(ctx, status, metav1.ApplyOptions{FieldManager: "agent"})
	must(t, err)
	read, err := machines.Get(ctx, "example", metav1.GetOptions{})
	must(t, err)
	if have := read.Status; have.State != computev1alpha1.MachineStateRunning || len(have.NetworkInterfaces) != 1 ||
		have.NetworkInterfaces[0].State != computev1alpha1.NetworkInterfaceStateAttached {
		t.Errorf("the machine's status is %+v", have)
	}
}
