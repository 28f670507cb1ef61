// Package client_test is a Go client of the kinds: what docs/clients.md shows, run against a real API server with the
// webhook and the controller. `cargo xtask test --only go` brings them up.
package client_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/config"

	"ironcore-ni/tests/go-client/api/v1alpha1"
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

// ANCHOR: connect
func connect(warnings rest.WarningHandlerWithContext) (client.WithWatch, error) {
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		return nil, err
	}
	if err := corev1.AddToScheme(scheme); err != nil {
		return nil, err
	}
	config, err := config.GetConfig() // KUBECONFIG, or the pod's service account
	if err != nil {
		return nil, err
	}
	config.WarningHandlerWithContext = warnings
	return client.NewWithWatch(config, client.Options{Scheme: scheme})
}

// ANCHOR_END: connect

// start returns a client, and a namespace of the test's own with the Network "net".
func start(t *testing.T, warnings rest.WarningHandlerWithContext) (context.Context, client.WithWatch, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	c, err := connect(warnings)
	must(t, err)
	namespace := corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "go-"}}
	must(t, c.Create(ctx, &namespace))
	network := v1alpha1.Network{ObjectMeta: metav1.ObjectMeta{Namespace: namespace.Name, Name: "net"}}
	must(t, c.Create(ctx, &network))
	return ctx, c, namespace.Name
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
