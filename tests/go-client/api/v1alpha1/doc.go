// Package v1alpha1 has the Go types of ironcore-ni's kinds, as its CustomResourceDefinitions declare them.
package v1alpha1

//go:generate go run -C ../.. ./generate
