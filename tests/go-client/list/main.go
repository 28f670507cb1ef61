// SPDX-License-Identifier: Apache-2.0

// ANCHOR: list
// Command list shows the interfaces of all namespaces.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/ironcore-dev/ironcore-ni/clients/go/client-go/ironcore/versioned"
)

func main() {
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	if err != nil {
		log.Fatal(err)
	}
	all := versioned.NewForConfigOrDie(config).NetworkingV1alpha1().NetworkInterfaces(metav1.NamespaceAll)
	interfaces, err := all.List(context.Background(), metav1.ListOptions{})
	if err != nil {
		log.Fatal(err)
	}
	for _, nic := range interfaces.Items {
		fmt.Println(nic.Namespace, nic.Name, nic.Status.State, nic.Status.IPs)
	}
}

// ANCHOR_END: list
