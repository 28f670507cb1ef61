package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/oapi-codegen/oapi-codegen/v2/pkg/codegen"
)

type goImport struct {
	Name string `json:"name,omitempty"`
	Path string `json:"path"`
}

// goType is a type that is not generated.
type goType struct {
	name string
	from goImport
}

var (
	metav1   = goImport{"metav1", "k8s.io/apimachinery/pkg/apis/meta/v1"}
	quantity = goType{"resource.Quantity", goImport{"", "k8s.io/apimachinery/pkg/api/resource"}}
	whole    = goType{"k8sruntime.RawExtension", goImport{"k8sruntime", "k8s.io/apimachinery/pkg/runtime"}}
	moment   = goType{"metav1.Time", metav1}
)

// structs returns the Go code of all that stands in specs and statuses.
func structs(crds []definition) ([]byte, error) {
	places, byShape, err := named(crds)
	if err != nil {
		return nil, err
	}
	schemas := map[string]any{}
	for name, place := range places {
		schemas[name] = object(place.schema, byShape)
	}
	text, err := json.Marshal(map[string]any{
		"openapi": "3.0.3", "info": map[string]any{"title": "ironcore", "version": version},
		"paths": map[string]any{}, "components": map[string]any{"schemas": schemas},
	})
	if err != nil {
		return nil, err
	}
	document, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		return nil, fmt.Errorf("the OpenAPI document of the definitions: %w", err)
	}
	options := codegen.Configuration{
		PackageName:   version,
		Generate:      codegen.GenerateOptions{Models: true},
		OutputOptions: codegen.OutputOptions{SkipPrune: true},
	}
	code, err := codegen.Generate(document, options.UpdateDefaults())
	if err != nil {
		return nil, err
	}
	// What comes first tells the version of whatever program has called the library.
	_, code, found := strings.Cut(code, "\npackage ")
	if !found {
		return nil, errors.New("oapi-codegen's code has no package clause")
	}
	return []byte(mark + "package " + code), nil
}

// object is the schema of a struct as oapi-codegen wants it: without rules, and with every type in its fields named.
func object(schema *props, byShape map[string]string) map[string]any {
	fields := map[string]any{}
	for name, inner := range schema.Properties {
		field := field(&inner, byShape)
		field["x-go-name"] = title(name)
		// Of texts, numbers, lists and maps none and empty are the same to the API; of structs they are not.
		if plain := inner.Properties == nil && inner.Format != "date-time" && !inner.XIntOrString; plain &&
			inner.XPreserveUnknownFields == nil && !slices.Contains(schema.Required, name) {
			field["x-go-type-skip-optional-pointer"] = true
		}
		fields[name] = field
	}
	return map[string]any{
		"type": "object", "description": schema.Description, "required": schema.Required, "properties": fields,
	}
}

func field(schema *props, byShape map[string]string) map[string]any {
	out := map[string]any{"type": schema.Type, "description": schema.Description}
	if schema.Format != "" {
		out["format"] = schema.Format
	}
	if other, ok := foreign[fieldsOf(schema)]; ok {
		return as(out, other)
	}
	switch {
	case schema.XIntOrString:
		out["type"] = "string"
		return as(out, quantity)
	case schema.XPreserveUnknownFields != nil:
		return as(out, whole)
	case schema.Format == "date-time":
		return as(out, moment)
	case len(schema.Properties) > 0:
		out["x-go-type"] = byShape[shapeOf(schema)]
	case schema.Items != nil:
		out["items"] = field(schema.Items.Schema, byShape)
	case schema.AdditionalProperties != nil:
		out["additionalProperties"] = field(schema.AdditionalProperties.Schema, byShape)
	case len(schema.Enum) > 0:
		out["enum"] = schema.Enum
	}
	return out
}

func as(field map[string]any, other goType) map[string]any {
	field["x-go-type"], field["x-go-type-import"] = other.name, other.from
	return field
}
