// SPDX-License-Identifier: Apache-2.0

package gitops_test

import (
	"testing"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"github.com/fluxcd/pkg/apis/kustomize"
	"github.com/fluxcd/pkg/runtime/cel"
	"sigs.k8s.io/yaml"
)

// kustomization is what is looked at of Flux's kind of that name.
type kustomization struct {
	Spec struct {
		Wait             bool                          `json:"wait"`
		HealthCheckExprs []kustomize.CustomHealthCheck `json:"healthCheckExprs"`
	} `json:"spec"`
}

func TestFluxWaitsForEachState(t *testing.T) {
	var sample kustomization
	must(t, yaml.Unmarshal(text(t, "../../deploy/flux/kustomization.yaml"), &sample))
	if !sample.Spec.Wait {
		t.Error("the expressions count only where Flux waits")
	}
	judges := map[string]func(*testing.T, state) status.Status{}
	for _, check := range sample.Spec.HealthCheckExprs {
		if check.APIVersion != apiVersions[check.Kind] {
			t.Errorf("there is no %s %s", check.APIVersion, check.Kind)
		}
		expressions, err := cel.NewStatusEvaluator(&check.HealthCheckExpressions)
		must(t, err)
		judges[check.Kind] = func(t *testing.T, s state) status.Status {
			result, err := expressions.Evaluate(t.Context(), s.object(t))
			if err != nil {
				return status.UnknownStatus
			}
			return result.Status
		}
	}
	each(t, func(t *testing.T, s state) {
		if s.Flux == "" {
			return
		}
		computed := s.Kstatus
		if judge, ok := judges[s.Kind]; ok {
			computed = judge(t, s)
		}
		if computed != s.Flux {
			t.Errorf("%s, not %s", computed, s.Flux)
		}
	})
}
