// SPDX-License-Identifier: Apache-2.0

package client_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"

	networkingv1alpha1 "github.com/ironcore-dev/ironcore-ni/clients/go/api/networking/v1alpha1"
)

// ANCHOR: causes
// causes returns what is wrong with an object that was refused: one cause for each fault, with the field's path.
func causes(err error) []metav1.StatusCause {
	var status *apierrors.StatusError
	if !errors.As(err, &status) || !apierrors.IsInvalid(err) || status.ErrStatus.Details == nil {
		return nil
	}
	return status.ErrStatus.Details.Causes
}

// ANCHOR_END: causes

func TestARefusalNamesEveryFault(t *testing.T) {
	ctx, client, namespace := start(t, rest.NoWarnings{})
	_, err := client.NetworkingV1alpha1().NetworkInterfaces(namespace).Create(ctx, &networkingv1alpha1.NetworkInterface{
		ObjectMeta: metav1.ObjectMeta{Name: "faulty"},
		Spec: networkingv1alpha1.NetworkInterfaceSpec{
			IPFamilies: []corev1.IPFamily{"IPv4", "IPv6"},
			IPs:        []networkingv1alpha1.IPSource{{Value: "10.0.0.256"}, {Value: "10.0.0.2"}},
			Prefixes:   []networkingv1alpha1.PrefixSource{{}},
		},
	}, metav1.CreateOptions{})
	var have []string
	for _, cause := range causes(err) {
		have = append(have, cause.Field+": "+string(cause.Type))
	}
	want := []string{
		"spec.networkRef.name: FieldValueRequired",
		"spec.ips[0].value: FieldValueInvalid",
		"spec.ips[1].value: FieldValueInvalid",
		"spec.prefixes[0]: FieldValueRequired",
	}
	if !slices.Equal(have, want) {
		t.Errorf("the causes are\n%s\nnot\n%s\nin: %v", strings.Join(have, "\n"), strings.Join(want, "\n"), err)
	}
	cause, ok := apierrors.StatusCause(err, metav1.CauseTypeFieldValueInvalid)
	if !ok || !strings.Contains(cause.Message, `"10.0.0.256"`) {
		t.Errorf("the first invalid value is told as %q", cause.Message)
	}
	// By the webhook, not by the definitions, which say less.
	if !strings.HasPrefix(err.Error(), `admission webhook "mutate.ni.ironcore.dev" denied the request: `) {
		t.Errorf("refused by somebody else: %v", err)
	}
}

// ANCHOR: warnings
// warnings keeps what the API server says of objects that it stores all the same.
type warnings []string

func (w *warnings) HandleWarningHeaderWithContext(_ context.Context, _ int, _, text string) {
	*w = append(*w, text)
}

// ANCHOR_END: warnings

func TestAReferenceToNothingIsWarnedOf(t *testing.T) {
	var warned warnings
	ctx, client, namespace := start(t, &warned)
	_, err := client.NetworkingV1alpha1().NetworkInterfaces(namespace).Create(ctx, &networkingv1alpha1.NetworkInterface{
		ObjectMeta: metav1.ObjectMeta{Name: "early"},
		Spec: networkingv1alpha1.NetworkInterfaceSpec{
			NetworkRef: corev1.LocalObjectReference{Name: "late"},
			IPs:        []networkingv1alpha1.IPSource{{Value: "10.0.0.1"}},
		},
	}, metav1.CreateOptions{})
	must(t, err)
	want := `spec.networkRef.name: Network "late" not found in namespace "` + namespace + `"`
	if len(warned) != 1 || !strings.HasPrefix(warned[0], want) {
		t.Errorf("warned of %q, not of %q", warned, want)
	}
}
