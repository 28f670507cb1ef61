// SPDX-License-Identifier: Apache-2.0

// Package gitops_test holds what Argo CD, Flux and Helm make of our objects to states.yaml: kstatus, which Flux and Helm
// wait by, the health checks of deploy/argocd and the expressions of deploy/flux. It needs no API server:
// `cargo xtask test --only gitops`.
package gitops_test

import (
	"encoding/json"
	"maps"
	"os"
	"testing"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

// state is an object in a state, and what is expected of the tools.
type state struct {
	Kind     string
	State    string
	Metadata map[string]any
	Spec     map[string]any
	Status   map[string]any
	// Written and Future are for the tests of the cluster.
	Written, External, Future bool

	Kstatus status.Status
	// Flux is empty where nothing is expected.
	Flux    status.Status
	Argocd  string
	Message string
}

var apiVersions = map[string]string{
	"NetworkInterface": "networking.ironcore.dev/v1alpha1",
	"VirtualIP":        "networking.ironcore.dev/v1alpha1",
	"Network":          "networking.ironcore.dev/v1alpha1",
	"Machine":          "compute.ironcore.dev/v1alpha1",
	"Prefix":           "ipam.ironcore.dev/v1alpha1",
}

// object is the state's object as clients read it: whole numbers are int64.
func (s state) object(t *testing.T) *unstructured.Unstructured {
	t.Helper()
	metadata := map[string]any{"namespace": "default", "name": "x", "generation": 1}
	maps.Copy(metadata, s.Metadata)
	object := map[string]any{"apiVersion": apiVersions[s.Kind], "kind": s.Kind, "metadata": metadata, "spec": s.Spec}
	if s.Status != nil {
		object["status"] = s.Status
	}
	json, err := json.Marshal(object)
	must(t, err)
	read := &unstructured.Unstructured{}
	must(t, read.UnmarshalJSON(json))
	return read
}

// each runs a test for each state of states.yaml.
func each(t *testing.T, test func(t *testing.T, s state)) {
	var states []state
	must(t, yaml.UnmarshalStrict(text(t, "states.yaml"), &states))
	seen := map[string]bool{}
	for _, s := range states {
		seen[s.Kind] = true
		t.Run(s.Kind+" "+s.State, func(t *testing.T) { test(t, s) })
	}
	for kind := range apiVersions {
		if !seen[kind] {
			t.Errorf("no state of a %s", kind)
		}
	}
}

func TestKstatusComputesWhatFluxAndHelmWaitFor(t *testing.T) {
	each(t, func(t *testing.T, s state) {
		result, err := status.Compute(s.object(t))
		must(t, err)
		if result.Status != s.Kstatus {
			t.Errorf("%s (%s), not %s", result.Status, result.Message, s.Kstatus)
		}
	})
}

// text is that of a file.
func text(t *testing.T, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(file)
	must(t, err)
	return text
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
