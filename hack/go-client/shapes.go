// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Definitions have no names for what stands inside of them, and repeat it in each place. Here places of one shape, which is all
// of a schema that matters to a Go type, are one type.

// place is where a struct stands in a definition: its kind, then fields.
type place struct {
	group, path string
	schema      *props
}

// structure is a struct, with the first place that has it.
type structure struct {
	place
	shape, doc string
	embedded   *goType
	fields     []string
}

// catalog is all that there is to write.
type catalog struct {
	crds    []definition
	structs map[goType]structure
	byShape map[string]goType
	// The type of each place that was looked at.
	at map[string]goType
	// Entries of `placed` that were of use.
	used map[string]bool
}

// typesOf names every struct, the least deep places first: what a template holds is known by then, by its kind.
func typesOf(crds []definition) (*catalog, error) {
	c := &catalog{crds, map[goType]structure{}, map[string]goType{}, map[string]goType{}, map[string]bool{}}
	var queue []place
	for _, crd := range crds {
		for _, part := range []string{"spec", "status"} {
			schema := crd.schema.Properties[part]
			queue = append(queue, place{crd.group(), crd.kind() + "." + part, &schema})
		}
	}
	for len(queue) > 0 {
		news, err := c.name(queue[0])
		if err != nil {
			return nil, err
		}
		queue = append(queue[1:], news...)
	}
	return c, c.embed()
}

// name settles the type of a place; returned are the places in it, if nothing of this shape was known.
func (c *catalog) name(p place) ([]place, error) {
	fields, shape := fieldsOf(p.schema), shapeOf(p.schema)
	if known, ok := existing[fields]; ok {
		c.at[p.path] = known
		return nil, nil
	}
	name, listed := placed[p.path]
	many, shared := common[fields]
	switch known, ok := c.byShape[shape]; {
	case listed:
		c.used[p.path] = true
	case ok:
		name = known
	case shared:
		name = many.goType
	default:
		name = byPlace(p.group, p.path)
	}
	c.at[p.path] = name
	if other, taken := c.structs[name]; taken {
		if other.shape != shape {
			return nil, fmt.Errorf("%s and %s differ, and both would be the type %s", other.path, p.path, name)
		}
		return nil, nil
	}
	doc := p.schema.Description
	if shared {
		doc = many.doc
	}
	c.structs[name] = structure{place: p, shape: shape, doc: doc, fields: sortedKeys(p.schema.Properties)}
	if _, known := c.byShape[shape]; !known {
		c.byShape[shape] = name
	}
	return inside(name.pkg, p), nil
}

// inside are the structs among the fields of a struct.
func inside(group string, p place) []place {
	var found []place
	for _, field := range sortedKeys(p.schema.Properties) {
		schema := p.schema.Properties[field]
		inner := &schema
		for inner.Items != nil {
			inner = inner.Items.Schema
		}
		if len(inner.Properties) > 0 {
			found = append(found, place{group, p.path + "." + field, inner})
		}
	}
	return found
}

// embed moves fields to the parts that have them.
func (c *catalog) embed() error {
	for whole, part := range parts {
		outer, ok := c.structs[whole]
		if !ok {
			return fmt.Errorf("there is no %s that could have the part %s", whole, part.name)
		}
		name := goType{whole.pkg, part.name}
		schema := &props{Type: "object", Properties: map[string]props{}}
		for _, field := range part.fields {
			schema.Properties[field] = outer.schema.Properties[field]
			if slices.Contains(outer.schema.Required, field) {
				schema.Required = append(schema.Required, field)
			}
		}
		inner := structure{place{outer.group, outer.path, schema}, shapeOf(schema), part.doc, nil, part.fields}
		if other, known := c.structs[name]; !known {
			c.structs[name] = inner
		} else if other.shape != inner.shape {
			return fmt.Errorf("%s is not the part of %s that it should be", name, whole)
		}
		outer.embedded = &name
		outer.fields = slices.DeleteFunc(outer.fields, func(field string) bool { return slices.Contains(part.fields, field) })
		c.structs[whole] = outer
	}
	return nil
}

func (t goType) String() string { return t.pkg + "." + t.name }

// groups that have types.
func (c *catalog) groups() []string {
	groups := map[string]bool{}
	for name := range c.structs {
		groups[name.pkg] = true
	}
	return sortedKeys(groups)
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
		"type": schema.Type, "format": schema.Format, "required": required, "words": wordsOf(schema),
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

// wordsOf are the values that a text may have. Those of a spec are in a rule, which `cargo xtask gen-crds` describes.
func wordsOf(schema *props) []string {
	var words []string
	for _, word := range schema.Enum {
		words = append(words, strings.Trim(string(word.Raw), `"`))
	}
	if _, list, found := strings.Cut(schema.Description, `One of "`); found {
		list, _, _ = strings.Cut(list, `".`)
		words = append(words, strings.Split(list, `", "`)...)
	}
	return words
}
