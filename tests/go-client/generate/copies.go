package main

import (
	"bytes"
	"errors"
	"io"
	"path/filepath"

	"sigs.k8s.io/controller-tools/pkg/deepcopy"
	"sigs.k8s.io/controller-tools/pkg/genall"
	"sigs.k8s.io/controller-tools/pkg/loader"
)

// memory is where controller-gen's library writes to.
type memory struct{ bytes.Buffer }

func (m *memory) Open(*loader.Package, string) (io.WriteCloser, error) { return m, nil }

func (m *memory) Close() error { return nil }

// deepCopies returns the Go code that copies the types of a package.
func deepCopies(folder string) ([]byte, error) {
	var generator genall.Generator = deepcopy.Generator{}
	generators := genall.Generators{&generator}
	runtime, err := generators.ForRoots("./" + filepath.ToSlash(folder))
	if err != nil {
		return nil, err
	}
	var written memory
	runtime.OutputRules = genall.OutputRules{Default: &written}
	if failed := runtime.Run(); failed {
		return nil, errors.New("controller-gen can't make deep copies of the types; its errors are above")
	}
	return written.Bytes(), nil
}
