// SPDX-License-Identifier: Apache-2.0

// Command go-client writes the Go module clients/go: types by the definitions in deploy/crds, everything else by Kubernetes' own
// generators. The module's path is the one in clients/go/go.mod. With -check it writes nothing, and fails if a file is stale.
package main

import (
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
)

func main() {
	log.SetFlags(0)
	root := flag.String("root", "../..", "folder of the repository")
	check := flag.Bool("check", false, "write nothing; fail if a file is stale")
	flag.Parse()
	if err := run(*root, *check); err != nil {
		log.Fatal("error: ", err)
	}
}

// run generates the module beside the repository, and then makes the repository's files the same.
func run(root string, check bool) error {
	module := filepath.Join(root, "clients", "go")
	path, err := modulePath(module)
	if err != nil {
		return err
	}
	made, err := os.MkdirTemp("", "go-client-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(made)
	if err := copyWritten(module, made); err != nil {
		return err
	}
	if err := generate(filepath.Join(root, "deploy", "crds"), made, path); err != nil {
		return err
	}
	changes, err := differences(module, made)
	if err != nil {
		return err
	}
	moved, err := moves(root, path)
	if err != nil {
		return err
	}
	return settle(append(changes, moved...), check)
}

// generate adds to a module what is generated.
func generate(definitions, module, path string) error {
	crds, err := read(definitions)
	if err != nil {
		return err
	}
	types, err := typesOf(crds)
	if err != nil {
		return err
	}
	for _, group := range types.groups() {
		files, err := types.code(group, path)
		if err != nil {
			return fmt.Errorf("the types of %s: %w", group, err)
		}
		for name, text := range files {
			if err := write(filepath.Join(module, "api", group, version, name), text); err != nil {
				return err
			}
		}
	}
	if left := types.leftOver(); len(left) > 0 {
		return fmt.Errorf("names.go has places that no definition has: %v", left)
	}
	return generators{module: module, path: path, crds: crds}.run()
}

// settle makes the changes, or fails if there are any.
func settle(changes []change, check bool) error {
	for _, change := range changes {
		if check {
			fmt.Println("stale:", change.path)
			continue
		}
		if err := change.do(); err != nil {
			return err
		}
		fmt.Println("written:", change.path)
	}
	if check && len(changes) > 0 {
		return errors.New("the Go client is not what deploy/crds and clients/go/go.mod make of it: " +
			"run `cargo xtask gen-go` and commit")
	}
	return nil
}
