// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	openapiv2 "k8s.io/apiextensions-apiserver/pkg/controller/openapi/v2"
	"k8s.io/apiextensions-apiserver/pkg/generated/openapi"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/kube-openapi/pkg/util"
	"k8s.io/kube-openapi/pkg/validation/spec"
)

// openAPI is what an API server publishes of the definitions, under the names that applyconfiguration-gen looks for. It tells
// apply configurations and the fake clientset by which keys lists are merged.
func openAPI(crds []definition, module string) ([]byte, error) {
	definitions := spec.Definitions{}
	for name, known := range openapi.GetOpenAPIDefinitions(reference) {
		definitions[name] = known.Schema
	}
	for _, crd := range crds {
		published, err := publishedSchema(crd.schema)
		if err != nil {
			return nil, fmt.Errorf("the OpenAPI schema of %s: %w", crd.kind(), err)
		}
		name := util.ToRESTFriendlyName(fmt.Sprintf("%s/api/%s/%s.%s", module, crd.group(), version, crd.kind()))
		definitions[name] = *published
	}
	return json.Marshal(spec.Swagger{SwaggerProps: spec.SwaggerProps{
		Swagger: "2.0", Info: &spec.Info{InfoProps: spec.InfoProps{Title: "clients/go", Version: version}},
		Paths: &spec.Paths{}, Definitions: definitions,
	}})
}

// publishedSchema is a definition's schema as an API server publishes it.
func publishedSchema(of *props) (*spec.Schema, error) {
	var internal apiextensions.JSONSchemaProps
	if err := apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(of, &internal, nil); err != nil {
		return nil, err
	}
	structural, err := schema.NewStructural(&internal)
	if err != nil {
		return nil, err
	}
	published := openapiv2.ToStructuralOpenAPIV2(structural).ToKubeOpenAPI()
	published.SetProperty("metadata", spec.Schema{SchemaProps: spec.SchemaProps{Ref: reference(metav1.ObjectMeta{}.OpenAPIModelName())}})
	published.SetProperty("apiVersion", *spec.StringProperty())
	published.SetProperty("kind", *spec.StringProperty())
	return published, nil
}

func reference(name string) spec.Ref { return spec.MustCreateRef("#/definitions/" + name) }
