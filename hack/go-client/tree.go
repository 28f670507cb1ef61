// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
)

// mark is how Go tools know generated code.
var mark = regexp.MustCompile(`(?m)^// Code generated .* DO NOT EDIT\.$`)

// change is a file that is not as it should be; one without a text should not be there.
type change struct {
	path string
	text []byte
}

func (c change) do() error {
	if c.text == nil {
		return os.Remove(c.path)
	}
	return write(c.path, c.text)
}

func write(path string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o644)
}

// copyWritten copies the files of a module that are not generated.
func copyWritten(from, to string) error {
	files, err := filesOf(from)
	if err != nil {
		return err
	}
	for name, text := range files {
		if !mark.Match(text) {
			if err := write(filepath.Join(to, name), text); err != nil {
				return err
			}
		}
	}
	return nil
}

// differences are what has to change in a module for its generated files to be those that were made.
func differences(module, made string) ([]change, error) {
	have, err := filesOf(module)
	if err != nil {
		return nil, err
	}
	want, err := filesOf(made)
	if err != nil {
		return nil, err
	}
	var changes []change
	for _, name := range sortedKeys(want) {
		if text, ok := have[name]; !ok || !bytes.Equal(text, want[name]) {
			changes = append(changes, change{filepath.Join(module, name), want[name]})
		}
	}
	for _, name := range sortedKeys(have) {
		if _, ok := want[name]; !ok {
			changes = append(changes, change{filepath.Join(module, name), nil})
		}
	}
	return changes, nil
}

// filesOf has the text of each file in a folder, if there is one.
func filesOf(folder string) (map[string][]byte, error) {
	files := map[string][]byte{}
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist) && path == folder:
			return nil
		case err != nil || !entry.Type().IsRegular():
			return err
		}
		name, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		files[name], err = os.ReadFile(path)
		return err
	})
	return files, err
}
