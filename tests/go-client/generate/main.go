// Command generate writes the Go types of the definitions in deploy/crds: structs by oapi-codegen, deep copies by
// controller-gen's library. With -check it writes nothing, and fails where a file is not what would be written.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"
)

func main() {
	log.SetFlags(0)
	definitions := flag.String("definitions", "../../deploy/crds", "folder of the definitions")
	out := flag.String("out", "api/v1alpha1", "folder of the package")
	check := flag.Bool("check", false, "write nothing; fail if a file is stale")
	flag.Parse()
	stale, err := generate(*definitions, *out, *check)
	if err != nil {
		log.Fatal("error: ", err)
	}
	if *check && stale {
		log.Fatal("error: the Go types do not match deploy/crds: run `go generate ./...` in tests/go-client and commit")
	}
}

// generate settles every file of the package.
func generate(definitions, out string, check bool) (bool, error) {
	crds, err := read(definitions)
	if err != nil {
		return false, err
	}
	types, err := structs(crds)
	if err != nil {
		return false, err
	}
	kinds, err := roots(crds)
	if err != nil {
		return false, err
	}
	files := map[string][]byte{"zz_generated.types.go": types, "zz_generated.kinds.go": kinds}
	stale, err := settle(files, out, check)
	if err != nil || (stale && check) {
		return stale, err
	}
	// Of what is written by now: the library reads the package from the disk.
	copies, err := deepCopies(out)
	if err != nil {
		return false, err
	}
	others, err := settle(map[string][]byte{"zz_generated.deepcopy.go": copies}, out, check)
	return stale || others, err
}

// settle writes the files that are stale, or only tells which are.
func settle(files map[string][]byte, out string, check bool) (bool, error) {
	stale := false
	for _, name := range sortedKeys(files) {
		path := filepath.Join(out, name)
		// One that can't be read is stale, too.
		if have, err := os.ReadFile(path); err == nil && bytes.Equal(have, files[name]) {
			continue
		}
		stale = true
		if check {
			fmt.Println("stale:", path)
			continue
		}
		fmt.Println("written:", path)
		if err := os.WriteFile(path, files[name], 0o644); err != nil {
			return false, err
		}
	}
	return stale, nil
}

func sortedKeys[V any](of map[string]V) []string {
	keys := make([]string, 0, len(of))
	for key := range of {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
