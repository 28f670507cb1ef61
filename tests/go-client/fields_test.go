// SPDX-License-Identifier: Apache-2.0

package client_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"reflect"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/config"

	commonv1alpha1 "github.com/ironcore-dev/ironcore-ni/clients/go/api/common/v1alpha1"
	"github.com/ironcore-dev/ironcore-ni/clients/go/client-go/ironcore/versioned/scheme"
)

// Every field of every kind, once: the tests of ironcore-api hold this file to the schemas.
const everyField = "../../crates/ironcore-api/testdata/full.yaml"

// ANCHOR: controller-runtime
func connectByControllerRuntime() (client.Client, error) {
	config, err := config.GetConfig() // KUBECONFIG, or the pod's service account
	if err != nil {
		return nil, err
	}
	types := runtime.NewScheme()
	if err := scheme.AddToScheme(types); err != nil {
		return nil, err
	}
	return client.New(config, client.Options{Scheme: types})
}

// ANCHOR_END: controller-runtime

func TestEveryFieldOfEveryKindIsReadBackTyped(t *testing.T) {
	ctx, _, namespace := start(t, rest.NoWarnings{})
	c, err := connectByControllerRuntime()
	must(t, err)
	kinds := map[string]bool{}
	for _, sent := range documents(t) {
		kinds[sent.GetKind()] = true
		sent.SetNamespace(namespace)
		annotations := sent.GetAnnotations()
		if annotations == nil {
			annotations = map[string]string{}
		}
		// Else the controller would put the status right.
		annotations[commonv1alpha1.ManagedByAnnotation] = "go-client"
		sent.SetAnnotations(annotations)

		object := typed(t, c.Scheme(), sent)
		must(t, c.Create(ctx, object))
		// A create leaves the status out.
		stored := object.GetResourceVersion()
		object = typed(t, c.Scheme(), sent)
		object.SetResourceVersion(stored)
		must(t, c.Status().Update(ctx, object))

		read := empty(t, c.Scheme(), sent)
		must(t, c.Get(ctx, client.ObjectKeyFromObject(object), read))
		// A typed client leaves it out.
		read.GetObjectKind().SetGroupVersionKind(sent.GroupVersionKind())
		fillIn(sent)
		have := plain(t, read)
		for _, part := range []string{"spec", "status"} {
			if !reflect.DeepEqual(have[part], sent.Object[part]) {
				t.Errorf("%s of %s %s is\n%v\nnot\n%v", part, sent.GetKind(), sent.GetName(), have[part], sent.Object[part])
			}
		}
		if !reflect.DeepEqual(read.GetAnnotations(), annotations) || !reflect.DeepEqual(read.GetLabels(), sent.GetLabels()) {
			t.Errorf("of %s %s, labels or annotations differ", sent.GetKind(), sent.GetName())
		}
	}
	if want := knownKinds(c.Scheme()); !reflect.DeepEqual(kinds, want) {
		t.Errorf("%s has the kinds %v, not %v", everyField, kinds, want)
	}
}

// fillIn does what the webhook does to this file's objects, which leave open the devices of volumes.
func fillIn(object *unstructured.Unstructured) {
	volumes, _, _ := unstructured.NestedSlice(object.Object, "spec", "volumes")
	for at, volume := range volumes {
		volume := volume.(map[string]any)
		if _, given := volume["device"]; !given {
			volume["device"] = "od" + string(rune('a'+at))
		}
	}
	if volumes != nil {
		object.Object["spec"].(map[string]any)["volumes"] = volumes
	}
}

// knownKinds are those of the scheme that are ours, and no lists.
func knownKinds(scheme *runtime.Scheme) map[string]bool {
	kinds := map[string]bool{}
	for kind := range scheme.AllKnownTypes() {
		object, err := scheme.New(kind)
		if _, single := object.(client.Object); err == nil && single && strings.HasSuffix(kind.Group, ".ironcore.dev") {
			kinds[kind.Kind] = true
		}
	}
	return kinds
}

// documents of the file, as they are.
func documents(t *testing.T) []*unstructured.Unstructured {
	t.Helper()
	text, err := os.ReadFile(everyField)
	must(t, err)
	var all []*unstructured.Unstructured
	reader := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(text), len(text))
	for {
		var document unstructured.Unstructured
		switch err := reader.Decode(&document); {
		case errors.Is(err, io.EOF):
			return all
		case err != nil:
			t.Fatal(err)
		}
		all = append(all, &document)
	}
}

// typed is the object as a Go value; a field that the type lacks fails the test.
func typed(t *testing.T, scheme *runtime.Scheme, sent *unstructured.Unstructured) client.Object {
	t.Helper()
	text, err := sent.MarshalJSON()
	must(t, err)
	object := empty(t, scheme, sent)
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	must(t, decoder.Decode(object))
	return object
}

func empty(t *testing.T, scheme *runtime.Scheme, of *unstructured.Unstructured) client.Object {
	t.Helper()
	object, err := scheme.New(of.GroupVersionKind())
	must(t, err)
	return object.(client.Object)
}

// plain is the JSON of a value, decoded.
func plain(t *testing.T, value any) map[string]any {
	t.Helper()
	text, err := json.Marshal(value)
	must(t, err)
	var object unstructured.Unstructured
	must(t, object.UnmarshalJSON(text))
	return object.Object
}
