// SPDX-License-Identifier: Apache-2.0

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
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"

	networkingv1alpha1 "github.com/ironcore-dev/ironcore-ni/clients/go/api/networking/v1alpha1"
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

// ANCHOR: connect
func connect(warnings rest.WarningHandlerWithContext) (*versioned.Clientset, error) {
	// Without KUBECONFIG, as in a pod: the pod's service account.
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	if err != nil {
		return nil, err
	}
	config.WarningHandlerWithContext = warnings
	return versioned.NewForConfig(config)
}

// ANCHOR_END: connect

// start returns a client, and a namespace of the test's own with the Network "net".
func start(t *testing.T, warnings rest.WarningHandlerWithContext) (context.Context, *versioned.Clientset, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	client, err := connect(warnings)
	must(t, err)
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	must(t, err)
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "go-"}}
	namespace, err = kubernetes.NewForConfigOrDie(config).CoreV1().Namespaces().Create(ctx, namespace, metav1.CreateOptions{})
	must(t, err)
	network := networkingv1alpha1.Network{ObjectMeta: metav1.ObjectMeta{Name: "net"}}
	_, err = client.NetworkingV1alpha1().Networks(namespace.Name).Create(ctx, &network, metav1.CreateOptions{})
	must(t, err)
	return ctx, client, namespace.Name
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
