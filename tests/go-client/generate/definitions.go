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

// The package is named after it.
const version = "v1alpha1"

// definition is what is known of a kind.
type definition struct {
	Group, Kind, Plural string
	SpecRequired        bool
	schema              *apiextensionsv1.JSONSchemaProps
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
		return cmp.Or(strings.Compare(a.Group, b.Group), strings.Compare(a.Kind, b.Kind))
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
			schema := served.Schema.OpenAPIV3Schema
			return definition{
				Group: crd.Spec.Group, Kind: crd.Spec.Names.Kind, Plural: crd.Spec.Names.Plural,
				SpecRequired: slices.Contains(schema.Required, "spec"), schema: schema,
			}, nil
		}
	}
	return definition{}, fmt.Errorf("has no version %s", version)
}
