// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// generators are Kubernetes' own, and run in a module that has the types by now.
type generators struct {
	module, path string
	crds         []definition
}

// The packages of a client are where IronCore's Go module has them.
func (g generators) run() error {
	document, err := openAPI(g.crds, g.path)
	if err != nil {
		return err
	}
	schema, err := os.CreateTemp("", "openapi-*.json")
	if err != nil {
		return err
	}
	defer os.Remove(schema.Name())
	if _, err := schema.Write(document); err != nil {
		return err
	}
	if err := schema.Close(); err != nil {
		return err
	}
	groups := g.groups()
	apis := make([]string, len(groups))
	for at, group := range groups {
		apis[at] = g.path + "/api/" + group
	}
	client := g.path + "/client-go"
	for _, step := range [][]string{
		append([]string{"deepcopy-gen", "--output-file=zz_generated.deepcopy.go", g.path + "/api/common/" + version}, apis...),
		append([]string{"register-gen", "--output-file=zz_generated.register.go"}, apis...),
		append([]string{"applyconfiguration-gen", "--openapi-schema=" + schema.Name(), g.to("applyconfigurations"),
			"--output-pkg=" + client + "/applyconfigurations"}, apis...),
		{"client-gen", "--clientset-name=versioned", "--input-base=" + g.path + "/api", "--input=" + strings.Join(groups, ","),
			"--apply-configuration-package=" + client + "/applyconfigurations", g.to("ironcore"), "--output-pkg=" + client + "/ironcore"},
		append([]string{"lister-gen", g.to("listers"), "--output-pkg=" + client + "/listers"}, apis...),
		append([]string{"informer-gen", "--versioned-clientset-package=" + client + "/ironcore/versioned",
			"--listers-package=" + client + "/listers", g.to("informers"), "--output-pkg=" + client + "/informers"}, apis...),
	} {
		if err := g.tool(step[0], step[1:]); err != nil {
			return err
		}
	}
	return nil
}

func (g generators) to(folder string) string {
	return "--output-dir=" + filepath.Join(g.module, "client-go", folder)
}

// groups are the packages of kinds, below `api`.
func (g generators) groups() []string {
	groups := map[string]bool{}
	for _, crd := range g.crds {
		groups[crd.group()+"/"+version] = true
	}
	return sortedKeys(groups)
}

// tool runs one of this module's tools in the other module.
func (g generators) tool(name string, args []string) error {
	program, err := exec.Command("go", "tool", "-n", name).Output()
	if err != nil {
		return fmt.Errorf("building %s: %w", name, err)
	}
	command := exec.Command(strings.TrimSpace(string(program)), args...)
	command.Dir, command.Stdout, command.Stderr = g.module, os.Stdout, os.Stderr
	if err := command.Run(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
