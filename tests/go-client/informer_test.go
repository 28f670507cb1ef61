// SPDX-License-Identifier: Apache-2.0

package client_test

import (
	"context"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"

	networkingv1alpha1 "github.com/ironcore-dev/ironcore-ni/clients/go/api/networking/v1alpha1"
	informers "github.com/ironcore-dev/ironcore-ni/clients/go/client-go/informers/externalversions"
	"github.com/ironcore-dev/ironcore-ni/clients/go/client-go/ironcore/versioned"
	listers "github.com/ironcore-dev/ironcore-ni/clients/go/client-go/listers/networking/v1alpha1"
)

// ANCHOR: informer
// follow keeps the interfaces of a namespace in memory, and calls seen for each one that comes or changes.
func follow(ctx context.Context, client versioned.Interface, namespace string,
	seen func(*networkingv1alpha1.NetworkInterface)) (listers.NetworkInterfaceNamespaceLister, error) {
	factory := informers.NewSharedInformerFactoryWithOptions(client, 0, informers.WithNamespace(namespace))
	interfaces := factory.Networking().V1alpha1().NetworkInterfaces()
	_, err := interfaces.Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(nic any) { seen(nic.(*networkingv1alpha1.NetworkInterface)) },
		UpdateFunc: func(_, nic any) { seen(nic.(*networkingv1alpha1.NetworkInterface)) },
	})
	if err != nil {
		return nil, err
	}
	factory.StartWithContext(ctx)
	return interfaces.Lister().NetworkInterfaces(namespace), factory.WaitForCacheSyncWithContext(ctx).AsError()
}

// ANCHOR_END: informer

func TestAnInformerSeesChangesAndItsListerHasThem(t *testing.T) {
	ctx, client, namespace := start(t, rest.NoWarnings{})
	must(t, create(ctx, client, namespace))
	available := make(chan string, 16)
	lister, err := follow(ctx, client, namespace, func(nic *networkingv1alpha1.NetworkInterface) {
		if nic.Status.State == networkingv1alpha1.NetworkInterfaceStateAvailable {
			select {
			case available <- nic.Name:
			case <-ctx.Done():
			}
		}
	})
	must(t, err)
	if _, err := lister.Get("example"); err != nil {
		t.Errorf("the lister has not what was there when it began: %v", err)
	}
	second := networkingv1alpha1.NetworkInterface{
		ObjectMeta: metav1.ObjectMeta{Name: "second", Labels: map[string]string{"order": "second"}},
		Spec: networkingv1alpha1.NetworkInterfaceSpec{
			NetworkRef: corev1.LocalObjectReference{Name: "net"},
			IPs:        []networkingv1alpha1.IPSource{{Value: "10.0.0.2"}},
		},
	}
	_, err = client.NetworkingV1alpha1().NetworkInterfaces(namespace).Create(ctx, &second, metav1.CreateOptions{})
	must(t, err)
	for seen := map[string]bool{}; !seen["example"] || !seen["second"]; {
		select {
		case name := <-available:
			seen[name] = true
		case <-ctx.Done():
			t.Fatalf("the informer has seen only %v become available", seen)
		}
	}
	found, err := lister.List(labels.SelectorFromSet(second.Labels))
	must(t, err)
	if len(found) != 1 || found[0].Name != "second" || found[0].Status.State != networkingv1alpha1.NetworkInterfaceStateAvailable {
		t.Errorf("the lister has %v", found)
	}
}
