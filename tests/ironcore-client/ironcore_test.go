// SPDX-License-Identifier: Apache-2.0

// Package ironcore_test sends and reads our kinds with IronCore's own Go types and clientset, as its agents and users do, against a
// real API server with the webhook and the controller. `cargo xtask test --only go` brings them up.
package ironcore_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	ironcore "github.com/ironcore-dev/ironcore/client-go/ironcore/versioned"

	"github.com/ironcore-dev/ironcore-ni/clients/go/client-go/ironcore/versioned"
)

// Whatever is waited for here comes within milliseconds; on a busy machine within seconds.
const patience = time.Minute

func TestMain(m *testing.M) {
	if os.Getenv("KUBECONFIG") == "" {
		fmt.Fprintln(os.Stderr, "KUBECONFIG is not set: these tests need an API server, run `cargo xtask test --only go`")
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// clients are IronCore's and ours.
type clients struct {
	theirs    ironcore.Interface
	ours      versioned.Interface
	namespace string
}

// start returns both clients, and a namespace of the test's own.
func start(t *testing.T) (context.Context, clients) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	must(t, err)
	config.WarningHandlerWithContext = rest.NoWarnings{}
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "ironcore-"}}
	namespace, err = kubernetes.NewForConfigOrDie(config).CoreV1().Namespaces().Create(ctx, namespace, metav1.CreateOptions{})
	must(t, err)
	return ctx, clients{ironcore.NewForConfigOrDie(config), versioned.NewForConfigOrDie(config), namespace.Name}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// api is what every typed client has.
type api[T any] interface {
	Create(context.Context, T, metav1.CreateOptions) (T, error)
	UpdateStatus(context.Context, T, metav1.UpdateOptions) (T, error)
	Get(context.Context, string, metav1.GetOptions) (T, error)
}

// write creates an object and then writes its status, as a create leaves that out.
func write[T metav1.Object](ctx context.Context, t *testing.T, client api[T], object T) {
	t.Helper()
	created, err := client.Create(ctx, object, metav1.CreateOptions{})
	must(t, err)
	object.SetResourceVersion(created.GetResourceVersion())
	_, err = client.UpdateStatus(ctx, object, metav1.UpdateOptions{})
	must(t, err)
}

func read[T any](ctx context.Context, t *testing.T, client api[T], name string) T {
	t.Helper()
	object, err := client.Get(ctx, name, metav1.GetOptions{})
	must(t, err)
	return object
}

// Of what is sent, spec and status are compared.
var parts = []string{"spec", "status"}

// wantSame fails where a part of an object says something else than it did in the other one, in which "want" is all that counts.
func wantSame(t *testing.T, what string, have, want any) {
	t.Helper()
	was, is := plain(t, want), plain(t, have)
	for _, part := range parts {
		compare(t, what+" "+part, is[part], was[part])
	}
}

// compare tells where "is" lacks what "was" has. Fields that only one API has are beside the point, and so are empty values, which
// mean the same as none.
func compare(t *testing.T, path string, is, was any) {
	t.Helper()
	switch was := was.(type) {
	case map[string]any:
		is, _ := is.(map[string]any)
		for name, value := range was {
			compare(t, path+"."+name, is[name], value)
		}
	case []any:
		is, _ := is.([]any)
		if len(is) != len(was) {
			t.Errorf("%s is %v, not %v", path, is, was)
			return
		}
		for at, value := range was {
			compare(t, fmt.Sprintf("%s[%d]", path, at), is[at], value)
		}
	case nil:
	default:
		empty := reflect.ValueOf(was).IsZero() && is == nil
		if !empty && !reflect.DeepEqual(is, was) {
			t.Errorf("%s is %v, not %v", path, is, was)
		}
	}
}

// plain is the JSON of a value, decoded.
func plain(t *testing.T, value any) map[string]any {
	t.Helper()
	text, err := json.Marshal(value)
	must(t, err)
	var object map[string]any
	must(t, json.Unmarshal(text, &object))
	return object
}
