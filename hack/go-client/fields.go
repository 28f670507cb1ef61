// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"slices"
	"strings"
)

// Packages of others, by their usual names.
var packages = map[string]string{
	"corev1":   "k8s.io/api/core/v1",
	"metav1":   "k8s.io/apimachinery/pkg/apis/meta/v1",
	"resource": "k8s.io/apimachinery/pkg/api/resource",
	"runtime":  "k8s.io/apimachinery/pkg/runtime",
	"types":    "k8s.io/apimachinery/pkg/types",
}

// writer collects what a package needs besides its structs.
type writer struct {
	*catalog
	group    string
	imported map[string]bool
	words    map[string]wordsCode
}

func (w writer) structCode(name string, s structure) (structCode, error) {
	code := structCode{Name: name, Doc: s.doc}
	if s.embedded != nil {
		code.Embedded = w.reference(*s.embedded)
	}
	for _, field := range s.fields {
		schema := s.schema.Properties[field]
		one, err := w.field(s, field, &schema)
		if err != nil {
			return code, fmt.Errorf("%s: %w", field, err)
		}
		code.Fields = append(code.Fields, one)
	}
	return code, nil
}

func (w writer) field(s structure, name string, schema *props) (fieldCode, error) {
	of, err := w.typeOf(s.path+"."+name, name, schema)
	if err != nil {
		return fieldCode{}, err
	}
	code := fieldCode{Doc: schema.Description, Name: title(name), Type: of, Markers: markers(schema)}
	required := slices.Contains(s.schema.Required, name)
	options := ""
	// Of texts, numbers, lists and maps none and empty are the same to the API; of structs they are not. An object's spec and
	// metadata are never pointers in Go.
	switch {
	case required:
	case name == "metadata" || (name == "spec" && schema.XPreserveUnknownFields == nil):
		options = ",omitzero"
	case isStruct(schema):
		options, code.Type = ",omitempty", "*"+of
	default:
		options = ",omitempty"
	}
	if !required {
		code.Markers = append([]string{"optional"}, code.Markers...)
	}
	if of == "metav1.ObjectMeta" {
		code.Name = "" // embedded
	}
	code.Tag = fmt.Sprintf("`json:%q`", name+options)
	return code, nil
}

// isStruct says whether a value of it is a struct in Go.
func isStruct(schema *props) bool {
	return schema.Properties != nil || schema.XIntOrString || schema.XPreserveUnknownFields != nil || schema.Format == "date-time"
}

// markers are what generators of schemas read.
func markers(schema *props) []string {
	var found []string
	if schema.XListType != nil {
		found = append(found, "listType="+*schema.XListType)
	}
	for _, key := range schema.XListMapKeys {
		found = append(found, "listMapKey="+key)
	}
	return found
}

// typeOf is a type as the package writes it.
func (w writer) typeOf(path, name string, schema *props) (string, error) {
	switch {
	case schema.XIntOrString:
		return w.reference(goType{"resource", "Quantity"}), nil
	case schema.XPreserveUnknownFields != nil:
		return w.reference(goType{"runtime", "RawExtension"}), nil
	case schema.Format == "date-time":
		return w.reference(goType{"metav1", "Time"}), nil
	case len(schema.Properties) > 0:
		return w.reference(w.at[path]), nil
	case schema.Items != nil:
		of, err := w.typeOf(path, name, schema.Items.Schema)
		return "[]" + of, err
	case schema.AdditionalProperties != nil:
		of, err := w.typeOf(path, name, schema.AdditionalProperties.Schema)
		return "map[string]" + of, err
	}
	switch schema.Type {
	case "string":
		return w.text(path, name, schema), nil
	case "integer":
		return schema.Format, nil
	case "boolean":
		return "bool", nil
	}
	return "", fmt.Errorf("a field of type %q has no type in Go", schema.Type)
}

// text is the type of a text: one of its own if it has certain values.
func (w writer) text(path, name string, schema *props) string {
	of, listed := placed[path]
	values := wordsOf(schema)
	switch {
	case listed:
		w.used[path] = true
	case name == "uid":
		return w.reference(goType{"types", "UID"})
	case len(values) == 0:
		return "string"
	default:
		of = byPlace(w.group, path)
	}
	if of.pkg == w.group {
		w.words[of.name] = wordsCode{of.name, schema.Description, values}
	}
	return w.reference(of)
}

// reference names a type, and has its package imported.
func (w writer) reference(to goType) string {
	if to.pkg == w.group {
		return to.name
	}
	pkg := to.pkg
	if _, foreign := packages[pkg]; !foreign {
		pkg += version
	}
	w.imported[pkg] = true
	return pkg + "." + to.name
}

// imports of the package, by name.
func (w writer) imports(module string) map[string]string {
	all := map[string]string{}
	for name := range w.imported {
		path, foreign := packages[name]
		if !foreign {
			path = module + "/api/" + strings.TrimSuffix(name, version) + "/" + version
		}
		all[name] = path
	}
	return all
}

// leftOver are entries of `placed` that name no place.
func (c *catalog) leftOver() []string {
	return slices.DeleteFunc(sortedKeys(placed), func(path string) bool { return c.used[path] })
}
