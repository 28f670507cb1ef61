// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"
)

// The packages are named after it.
const version = "v1alpha1"

type props = apiextensionsv1.JSONSchemaProps

// definition is what is known of a kind.
type definition struct {
	crd    *apiextensionsv1.CustomResourceDefinition
	schema *props
}

func (d definition) kind() string { return d.crd.Spec.Names.Kind }

// group is the first word of the API group, after which its package is named.
func (d definition) group() string {
	first, _, _ := strings.Cut(d.crd.Spec.Group, ".")
	return first
}

// read returns the definitions of a folder, by group and kind.
func read(folder string) ([]definition, error) {
	paths, err := filepath.Glob(filepath.Join(folder, "*.*.yaml"))
	if err != nil {
		return nil, err
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("there are no definitions in %s", folder)
	}
	var all []definition
	for _, path := range paths {
		one, err := readOne(path)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		all = append(all, one)
	}
	slices.SortFunc(all, func(a, b definition) int {
		return cmp.Or(strings.Compare(a.group(), b.group()), strings.Compare(a.kind(), b.kind()))
	})
	return all, nil
}

func readOne(path string) (definition, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return definition{}, err
	}
	var crd apiextensionsv1.CustomResourceDefinition
	if err := yaml.UnmarshalStrict(text, &crd); err != nil {
		return definition{}, err
	}
	for _, served := range crd.Spec.Versions {
		if served.Name == version {
			return definition{&crd, served.Schema.OpenAPIV3Schema}, nil
		}
	}
	return definition{}, fmt.Errorf("has no version %s", version)
}
