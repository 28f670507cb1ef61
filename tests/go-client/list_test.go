// SPDX-License-Identifier: Apache-2.0

package client_test

import (
	"os/exec"
	"strings"
	"testing"

	"k8s.io/client-go/rest"
)

func TestTheProgramThatListsShowsEachInterface(t *testing.T) {
	ctx, client, namespace := start(t, rest.NoWarnings{})
	must(t, create(ctx, client, namespace))
	_, err := untilAvailable(ctx, client, namespace, "example")
	must(t, err)
	program := exec.CommandContext(ctx, "go", "run", "./list")
	output, err := program.CombinedOutput()
	if want := namespace + " example Available [10.0.0.1]\n"; err != nil || !strings.Contains(string(output), want) {
		t.Errorf("the program says (%v):\n%swithout:\n%s", err, output, want)
	}
}
