// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/mod/modfile"
)

// Whoever imports the module in this repository, and the documents that name it.
var users = []string{"clients/go/README.md", "docs", "tests/go-client", "tests/ironcore-client"}

// A module that replaces the path of clients/go by its folder; so it has the path by which the users know it.
const user = "tests/go-client/go.mod"

// modulePath is the path in a module's go.mod.
func modulePath(module string) (string, error) {
	name := filepath.Join(module, "go.mod")
	text, err := os.ReadFile(name)
	if err != nil {
		return "", err
	}
	path := modfile.ModulePath(text)
	if path == "" {
		return "", fmt.Errorf("%s has no module line", name)
	}
	return path, nil
}

// moves are the changes in the repository after the module got another path.
func moves(root, to string) ([]change, error) {
	from, err := knownPath(filepath.Join(root, user))
	if err != nil || from == to {
		return nil, err
	}
	var changes []change
	for _, folder := range users {
		files, err := filesOf(filepath.Join(root, folder))
		if err != nil {
			return nil, err
		}
		for _, name := range sortedKeys(files) {
			moved := bytes.ReplaceAll(files[name], []byte(from), []byte(to))
			if !bytes.Equal(moved, files[name]) {
				changes = append(changes, change{filepath.Join(root, folder, name), moved})
			}
		}
	}
	return changes, nil
}

func knownPath(name string) (string, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return "", err
	}
	file, err := modfile.Parse(name, text, nil)
	if err != nil {
		return "", err
	}
	for _, replace := range file.Replace {
		if replace.New.Path == "../../clients/go" {
			return replace.Old.Path, nil
		}
	}
	return "", fmt.Errorf("%s does not replace anything by ../../clients/go", name)
}
