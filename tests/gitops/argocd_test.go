// SPDX-License-Identifier: Apache-2.0

package gitops_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/itchyny/gojq"
	lua "github.com/yuin/gopher-lua"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

func TestArgoCDShowsTheHealthOfEachState(t *testing.T) {
	checks := settings(t, "../../deploy/argocd/argocd-cm.yaml", "resource.customizations.health.")
	each(t, func(t *testing.T, s state) {
		object := s.object(t)
		check, ok := checks[customized(object)]
		if !ok {
			t.Fatalf("no health check of %s", customized(object))
		}
		health, message := health(t, check, object)
		if health != s.Argocd || message != s.Message && object.GetDeletionTimestamp() == nil {
			t.Errorf("%s: %q, not %s: %q", health, message, s.Argocd, s.Message)
		}
	})
}

// A path that jq can't parse, or that finds nothing, would ignore nothing without a word.
func TestArgoCDIgnoresDevicesAndNothingElse(t *testing.T) {
	all := settings(t, "../../deploy/argocd/ignore-devices.yaml", "resource.customizations.ignoreDifferences.")
	var ignored struct {
		JQPathExpressions []string `json:"jqPathExpressions"`
	}
	must(t, yaml.UnmarshalStrict([]byte(all["compute.ironcore.dev_Machine"]), &ignored))
	if len(all) != 1 || len(ignored.JQPathExpressions) != 1 {
		t.Fatalf("one path of machines is ignored: %v", all)
	}
	query, err := gojq.Parse("del(" + ignored.JQPathExpressions[0] + ")")
	must(t, err)
	const stored = `{spec: {power: On, volumes: [{name: a, device: oda, emptyDisk: {}}, {name: b, emptyDisk: {}}]}}`
	const rest = `{spec: {power: On, volumes: [{name: a, emptyDisk: {}}, {name: b, emptyDisk: {}}]}}`
	for stored, rest := range map[string]string{stored: rest, `{spec: {}}`: `{spec: {}}`} {
		var object, expected any
		must(t, yaml.Unmarshal([]byte(stored), &object))
		must(t, yaml.Unmarshal([]byte(rest), &expected))
		left, _ := query.Run(object).Next()
		if gojq.Compare(left, expected) != 0 {
			t.Errorf("%v, not %v", left, expected)
		}
	}
}

// settings are the entries of a ConfigMap for Argo CD, all of which have keys that begin so; by the rest of their keys.
func settings(t *testing.T, file, begin string) map[string]string {
	t.Helper()
	var config corev1.ConfigMap
	must(t, yaml.UnmarshalStrict(text(t, file), &config))
	found := map[string]string{}
	for key, value := range config.Data {
		rest, ok := strings.CutPrefix(key, begin)
		if !ok {
			t.Errorf("%s: Argo CD does not know %s", file, key)
		}
		found[rest] = value
	}
	return found
}

// customized is how Argo CD's settings call the kind of an object.
func customized(object *unstructured.Unstructured) string {
	kind := object.GroupVersionKind()
	return kind.Group + "_" + kind.Kind
}

// health is what Argo CD shows of an object: of one that is being deleted without asking the check, else what the check
// returns. A check may use the base and table libraries alone, and one second.
func health(t *testing.T, check string, object *unstructured.Unstructured) (string, string) {
	t.Helper()
	if object.GetDeletionTimestamp() != nil {
		return "Progressing", "Pending deletion"
	}
	vm := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer vm.Close()
	lua.OpenBase(vm)
	lua.OpenTable(vm)
	vm.SetTop(0)
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	vm.SetContext(ctx)
	vm.SetGlobal("obj", inLua(vm, object.Object))
	must(t, vm.DoString(check))
	table, ok := vm.Get(-1).(*lua.LTable)
	if !ok {
		t.Fatalf("a check returns a table, not %v", vm.Get(-1))
	}
	text := func(key string) string {
		if value := table.RawGetString(key); value != lua.LNil {
			return value.String()
		}
		return ""
	}
	return text("status"), text("message")
}

// inLua is a value of JSON in Lua.
func inLua(vm *lua.LState, value any) lua.LValue {
	switch value := value.(type) {
	case string:
		return lua.LString(value)
	case bool:
		return lua.LBool(value)
	case int64:
		return lua.LNumber(value)
	case float64:
		return lua.LNumber(value)
	case []any:
		list := vm.NewTable()
		for _, entry := range value {
			list.Append(inLua(vm, entry))
		}
		return list
	case map[string]any:
		table := vm.NewTable()
		for key, entry := range value {
			table.RawSetString(key, inLua(vm, entry))
		}
		return table
	default:
		return lua.LNil
	}
}
