// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"
)

// A fork changes the module line, and generates.
func TestAnotherModulePathNeedsAnotherModuleLineOnly(t *testing.T) {
	const repository, fork = "../..", "example.org/a-fork/clients/go"
	root := t.TempDir()
	for _, folder := range append([]string{"clients/go", "deploy/crds"}, users...) {
		files, err := filesOf(filepath.Join(repository, folder))
		must(t, err)
		for name, text := range files {
			must(t, write(filepath.Join(root, folder, name), text))
		}
	}
	module := filepath.Join(root, "clients", "go")
	before, err := modulePath(module)
	must(t, err)
	text, err := os.ReadFile(filepath.Join(module, "go.mod"))
	must(t, err)
	must(t, write(filepath.Join(module, "go.mod"), bytes.Replace(text, []byte("module "+before), []byte("module "+fork), 1)))
	must(t, run(root, false))

	files, err := filesOf(root)
	must(t, err)
	for name, text := range files {
		if bytes.Contains(text, []byte(before)) {
			t.Errorf("%s still has the path %s", name, before)
		}
	}
	for _, folder := range []string{"clients/go", "tests/go-client", "tests/ironcore-client"} {
		vet := exec.Command("go", "vet", "./...")
		vet.Dir = filepath.Join(root, folder)
		if output, err := vet.CombinedOutput(); err != nil {
			t.Errorf("%s with the other path: %v\n%s", folder, err, output)
		}
	}
}

// What it requires, importers get as well.
func TestTheModuleRequiresKubernetesLibrariesOnly(t *testing.T) {
	const name = "../../clients/go/go.mod"
	text, err := os.ReadFile(name)
	must(t, err)
	file, err := modfile.Parse(name, text, nil)
	must(t, err)
	for _, required := range file.Require {
		host, _, _ := strings.Cut(required.Mod.Path, "/")
		if !required.Indirect && host != "k8s.io" && host != "sigs.k8s.io" {
			t.Errorf("clients/go requires %s", required.Mod)
		}
	}
	if len(file.Require) == 0 || len(file.Replace) > 0 {
		t.Errorf("%s has %d requirements and replaces %d modules", name, len(file.Require), len(file.Replace))
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
