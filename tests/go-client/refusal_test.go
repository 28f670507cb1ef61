package client_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"

	"ironcore-ni/tests/go-client/api/v1alpha1"
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
	ctx, c, namespace := start(t, rest.NoWarnings{})
	err := c.Create(ctx, &v1alpha1.NetworkInterface{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "faulty"},
		Spec: v1alpha1.NetworkInterfaceSpec{
			IPFamilies: []string{"IPv4", "IPv6"},
			IPs:        []v1alpha1.NetworkInterfaceIP{{Value: "10.0.0.256"}, {Value: "10.0.0.2"}},
			Prefixes:   []v1alpha1.NetworkInterfaceIP{{}},
		},
	})
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
	ctx, c, namespace := start(t, &warned)
	must(t, c.Create(ctx, &v1alpha1.NetworkInterface{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "early"},
		Spec: v1alpha1.NetworkInterfaceSpec{
			NetworkRef: v1alpha1.LocalRef{Name: "late"},
			IPs:        []v1alpha1.NetworkInterfaceIP{{Value: "10.0.0.1"}},
		},
	}))
	want := `spec.networkRef.name: Network "late" not found in namespace "` + namespace + `"`
	if len(warned) != 1 || !strings.HasPrefix(warned[0], want) {
		t.Errorf("warned of %q, not of %q", warned, want)
	}
}
