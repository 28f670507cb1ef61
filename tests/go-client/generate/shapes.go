package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
)

type props = apiextensionsv1.JSONSchemaProps

// Definitions have no names for what stands inside of them, and repeat it in each place. Here places of one shape, which
// is all of a schema that matters to a Go type, are one type.

// place is where a struct stands in a definition: kind, then fields, as parts of Go names.
type place struct {
	path   []string
	schema *props
}

// names of shapes that have none of their own, by their fields.
var names = map[string]string{
	"name":     "LocalRef",
	"name,uid": "UIDRef",
	"annotations,creationTimestamp,finalizers,generateName,labels,name,namespace": "TemplateMetadata",
}

// types of others, by their fields.
var foreign = map[string]goType{
	"matchExpressions,matchLabels":                                     {"metav1.LabelSelector", metav1},
	"lastTransitionTime,message,observedGeneration,reason,status,type": {"metav1.Condition", metav1},
}

// named gives every shape a name: that of its shortest place. Returned are the places by name.
func named(crds []definition) (map[string]place, map[string]string, error) {
	var places []place
	for _, crd := range crds {
		for _, part := range []string{"spec", "status"} {
			schema := crd.schema.Properties[part]
			places = walk(places, []string{crd.Kind, title(part)}, &schema)
		}
	}
	slices.SortStableFunc(places, func(a, b place) int {
		return cmp.Or(cmp.Compare(len(a.path), len(b.path)), slices.Compare(a.path, b.path))
	})
	byName, byShape := map[string]place{}, map[string]string{}
	for _, place := range places {
		shape := shapeOf(place.schema)
		if _, known := byShape[shape]; known {
			continue
		}
		name := place.name()
		if other, taken := byName[name]; taken {
			return nil, nil, fmt.Errorf("%v and %v differ, and both would be the type %s", other.path, place.path, name)
		}
		byName[name], byShape[shape] = place, name
	}
	return byName, byShape, nil
}

// walk adds all structs in a schema.
func walk(places []place, path []string, schema *props) []place {
	switch {
	case isStruct(schema):
		places = append(places, place{path, schema})
		for _, field := range sortedKeys(schema.Properties) {
			inner := schema.Properties[field]
			places = walk(places, append(slices.Clone(path), title(field)), &inner)
		}
	case schema.Items != nil:
		last := len(path) - 1
		item := append(slices.Clone(path[:last]), singular(path[last]))
		places = walk(places, item, schema.Items.Schema)
	}
	return places
}

// isStruct says whether a type of ours is made of it.
func isStruct(schema *props) bool {
	_, others := foreign[fieldsOf(schema)]
	return len(schema.Properties) > 0 && !others
}

func fieldsOf(schema *props) string {
	return strings.Join(sortedKeys(schema.Properties), ",")
}

// name of the type: what a template is made from is named after the template, wherever that stands.
func (p place) name() string {
	if name, ok := names[fieldsOf(p.schema)]; ok {
		return name
	}
	path := p.path
	for at, part := range path {
		if strings.HasSuffix(part, "Template") {
			path = p.path[at:]
		}
	}
	var name strings.Builder
	for at, part := range path {
		// Of what follows it is clear that it is asked for.
		if part != "Spec" || at == len(path)-1 {
			name.WriteString(part)
		}
	}
	return name.String()
}

// shapeOf is equal for schemas that have the same Go type.
func shapeOf(schema *props) string {
	text, err := json.Marshal(bare(schema))
	if err != nil {
		panic(err) // plain data
	}
	return string(text)
}

func bare(schema *props) map[string]any {
	required := slices.Sorted(slices.Values(schema.Required))
	shape := map[string]any{
		"type": schema.Type, "format": schema.Format, "required": required, "enum": schema.Enum,
		"intOrString": schema.XIntOrString, "whole": schema.XPreserveUnknownFields,
	}
	fields := map[string]any{}
	for name, inner := range schema.Properties {
		fields[name] = bare(&inner)
	}
	shape["fields"] = fields
	if schema.Items != nil {
		shape["items"] = bare(schema.Items.Schema)
	}
	if schema.AdditionalProperties != nil && schema.AdditionalProperties.Schema != nil {
		shape["values"] = bare(schema.AdditionalProperties.Schema)
	}
	return shape
}

// Words that Go writes in its own way; where they end a name, the API does so as well.
var initials = map[string]string{"efi": "EFI", "ip": "IP", "ips": "IPs", "uid": "UID", "uuid": "UUID"}

// title is the Go name of a field.
func title(field string) string {
	end := strings.IndexFunc(field, unicode.IsUpper)
	if end < 0 {
		end = len(field)
	}
	if word, ok := initials[field[:end]]; ok {
		return word + field[end:]
	}
	return strings.ToUpper(field[:1]) + field[1:]
}

func singular(field string) string {
	if stem, ok := strings.CutSuffix(field, "xes"); ok {
		return stem + "x"
	}
	return strings.TrimSuffix(field, "s")
}
